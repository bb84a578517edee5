import type { Messages } from '../templates/messages';

/** Of a text, marks are taken for calls by name (<at …>); of the words of a post, none are. */
export function feishuPost(text: string, { language }: Messages): object {
  const [title = '', ...lines] = text.split('\n');
  const content = lines.map((line) => [{ tag: 'text', text: line }]);
  return { [language === 'zh' ? 'zh_cn' : 'en_us']: { title, content } };
}
