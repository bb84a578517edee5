import { App } from 'antd';

/** Copies a text and says so; false where the browser does not let a page do it, as without https. */
export function useCopy(): (text: string, said: string) => Promise<boolean> {
  const { message } = App.useApp();
  return async (text, said) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return false;
    }
    void message.success(said);
    return true;
  };
}
