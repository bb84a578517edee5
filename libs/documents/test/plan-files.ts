import { AlignmentType, Document, LevelFormat, Packer, Paragraph, Table, TableCell, TableRow, WidthType } from 'docx';

/** A paragraph, with the level of Word's own numbers where it has one, or the rows of a table. */
export type Block = string | { level: number; words: string } | { rows: string[][] };

/** The numbers that Word makes for the levels of a plan: 一、 （一） 1. */
const LEVELS = [
  { level: 0, format: LevelFormat.CHINESE_COUNTING, text: '%1、', alignment: AlignmentType.LEFT },
  { level: 1, format: LevelFormat.CHINESE_COUNTING, text: '（%2）', alignment: AlignmentType.LEFT },
  { level: 2, format: LevelFormat.DECIMAL, text: '%3.', alignment: AlignmentType.LEFT },
];

/** A plan as a program writes it for Word. */
export async function wordPlan(blocks: readonly Block[]): Promise<Uint8Array> {
  const children = blocks.map((block) => {
    if (typeof block === 'string') return new Paragraph(block);
    if ('rows' in block)
      return new Table({
        width: { size: 100, type: WidthType.PERCENTAGE },
        rows: block.rows.map(
          (cells) =>
            new TableRow({ children: cells.map((words) => new TableCell({ children: [new Paragraph(words)] })) }),
        ),
      });
    return new Paragraph({ text: block.words, numbering: { reference: 'plan', level: block.level } });
  });
  const document = new Document({
    numbering: { config: [{ reference: 'plan', levels: LEVELS }] },
    sections: [{ children }],
  });
  return new Uint8Array(await Packer.toBuffer(document));
}
