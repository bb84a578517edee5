import { attribute, readXml } from '../xml';
import { isOn, type NumberProperties, type WordStyles } from './word-styles';
import { formatNumber } from './word-numbers';

interface Level {
  start: number;
  format: string;
  /** `%1` is the number of the first level, `（%2）` that of the second in brackets. */
  words: string;
  style?: string;
  isLegal: boolean;
  /** The level whose next number begins this one anew; 0 for never. */
  restart?: number;
}

interface List {
  levels: Level[];
  /** A list that takes its levels from the one of this style. */
  style?: string;
}

interface Num {
  list: string;
  overrides: Map<number, { start?: number; level?: Level }>;
}

const newLevel = (): Level => ({ start: 1, format: 'decimal', words: '', isLegal: false });
const MOST_LEVELS = 9;

/** The numbers that Word itself puts before paragraphs (自动编号), counted as Word counts. */
export class WordNumbering {
  private readonly lists = new Map<string, List>();
  private readonly nums = new Map<string, Num>();
  private readonly counters = new Map<string, (number | undefined)[]>();
  private readonly begun = new Set<string>();

  constructor(
    xml: Uint8Array | undefined,
    private readonly styles: WordStyles,
  ) {
    if (xml) this.read(xml);
  }

  /** The label of the next paragraph with these properties and this style, or an empty text. */
  labelOf(own: NumberProperties, style: string | undefined): string {
    const styled = this.styles.numberOf(style);
    const numId = own.numId ?? styled.numId;
    if (numId === undefined || numId === '0') return '';
    const num = this.nums.get(numId);
    const list = num && this.listOf(num.list);
    if (!num || !list) return '';
    const linked = list.levels.findIndex((level) => level?.style !== undefined && level.style === style);
    const level = own.level ?? (own.numId === undefined && linked >= 0 ? linked : styled.level) ?? 0;
    return level < MOST_LEVELS ? this.count(numId, num, list, level) : '';
  }

  private count(numId: string, num: Num, list: List, level: number): string {
    const counters = this.counters.get(num.list) ?? [];
    this.counters.set(num.list, counters);
    const start = num.overrides.get(level)?.start;
    const isFirst = !this.begun.has(`${numId}/${level}`);
    this.begun.add(`${numId}/${level}`);
    const levelAt = (at: number): Level => num.overrides.get(at)?.level ?? list.levels[at] ?? newLevel();
    const before = counters[level];
    if (start !== undefined && isFirst) counters[level] = start;
    else counters[level] = before === undefined ? levelAt(level).start : before + 1;
    for (let deeper = level + 1; deeper < MOST_LEVELS; deeper++) {
      const { restart } = levelAt(deeper);
      if (restart === undefined || (restart > 0 && level < restart)) counters[deeper] = undefined;
    }
    const { words, isLegal } = levelAt(level);
    return words.replace(/%([1-9])/g, (_all, place: string) => {
      const at = Number(place) - 1;
      const { start, format } = levelAt(at);
      return formatNumber(counters[at] ?? start, isLegal && format !== 'none' ? 'decimal' : format);
    });
  }

  private listOf(id: string): List | undefined {
    const list = this.lists.get(id);
    if (!list?.style || list.levels.length > 0) return list;
    const num = this.nums.get(this.styles.numberOf(list.style).numId ?? '');
    return num && num.list !== id ? this.lists.get(num.list) : list;
  }

  private read(xml: Uint8Array): void {
    let list: List | null = null;
    let num: Num | null = null;
    let override: { start?: number; level?: Level } | null = null;
    let level: Level | null = null;
    readXml(xml, {
      open: (name, attributes) => {
        const value = attribute(attributes, 'val') ?? '';
        if (name === 'abstractNum') {
          list = { levels: [] };
          this.lists.set(attribute(attributes, 'abstractNumId') ?? '', list);
        } else if (name === 'num') {
          num = { list: '', overrides: new Map() };
          this.nums.set(attribute(attributes, 'numId') ?? '', num);
        } else if (name === 'abstractNumId' && num) num.list = value;
        else if (name === 'numStyleLink' && list) list.style = value;
        else if (name === 'lvlOverride' && num) {
          override = {};
          num.overrides.set(Number(attribute(attributes, 'ilvl')), override);
        } else if (name === 'startOverride' && override) override.start = Number(value);
        else if (name === 'lvl') {
          level = newLevel();
          if (override) override.level = level;
          else if (list) list.levels[Number(attribute(attributes, 'ilvl'))] = level;
        } else if (!level) return;
        else if (name === 'start') level.start = Number(value);
        else if (name === 'numFmt') level.format = value;
        else if (name === 'lvlText') level.words = value;
        else if (name === 'pStyle') level.style = value;
        else if (name === 'isLgl') level.isLegal = isOn(attributes);
        else if (name === 'lvlRestart') level.restart = Number(value);
      },
      close: (name) => {
        if (name === 'abstractNum') list = null;
        else if (name === 'num') num = null;
        else if (name === 'lvlOverride') override = null;
        else if (name === 'lvl') {
          // A bullet is a sign of a font of signs, and no number.
          if (level?.format === 'bullet') level.words = '';
          level = null;
        }
      },
      text: () => undefined,
    });
  }
}
