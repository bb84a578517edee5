import { fold } from './folded-text';
import { linesOf } from './table-cells';
import { readTableHeader } from './table-header';

const read = (text: string) => {
  const folded = fold(text);
  return readTableHeader(text, folded, [...linesOf(folded)], 0);
};

describe('readTableHeader', () => {
  it.each([
    ['序号\n工作任务\n牵头单位\n责任单位\n完成时限\n1', ['number', 'content', 'lead', 'responsible', 'deadline'], 5],
    ['序号\t事项\t单位\t时限\n1', ['number', 'content', 'responsible', 'deadline'], 1],
    ['| 序号 | 类别 | 任务 | 责任部门 | 备注 |', ['number', 'category', 'content', 'responsible', 'other'], 1],
    ['序号 提案内容 主办单位 联系电话 时间要求', ['number', 'content', 'lead', 'other', 'deadline'], 1],
    ['序号 重点工作 责任领导 配合单位', ['number', 'content', 'leaders', 'cooperating'], 1],
    ['序号\n工作任务\n牵头\n单位\n完成时限（年）', ['number', 'content', 'lead', 'deadline'], 5],
  ])('reads %j', (text, columns, next) => expect(read(text)).toMatchObject({ columns, next }));
  it.each(['序号\n任务', '任务\n责任单位', '序号\n姓名\n电话', '一、任务\n序号\n单位', '序号 任务 责任单位 天气'])(
    'finds none in %j',
    (text) => expect(read(text)).toBeNull(),
  );
});
