const NUMBER =
  /(?:百分之)?(?:\d[\d,.]*|[零〇一二两三四五六七八九十百千]+(?=[万亿]))[万亿千百]*(?:[-—–~至到]\d[\d,.]*[万亿千百]*)?余?/gu;
const YEAR = /(?:19|20)\d\d年(?:底|末)?(?:前)?/gu;
/** Words of a comparison before a figure, and behind it: they say how much, not what. */
const BEFORE = /(?:不[少低多高超小大][于过]|达到?|突破|超过?|力争|确保|约|近|(?:压缩|降|提高|提升|增)[至到])+#/gu;
const BEHIND = /#(?:以上|以下|以内|左右|上下)/gu;

/**
 * The name by which a figure is known wherever it is asked for (数据一次填报): the words of a target without its numbers,
 * its unit, comparisons and marks. `改造老旧小区260个以上` and `改造老旧小区300个` are one.
 */
export function figureName(text: string, unit: string): string {
  const unitWords = unit.normalize('NFKC').replace(/\s+/gu, '');
  const bare = text
    .normalize('NFKC')
    .replace(/\s+/gu, '')
    .replace(YEAR, '')
    .replace(NUMBER, '#')
    .replaceAll(`#${unitWords}`, '#')
    .replace(BEFORE, '#')
    .replace(BEHIND, '#')
    .replace(/[\p{P}\p{S}]/gu, '');
  // A target may be nothing but its figure: then its unit is all that is known of it.
  return bare === '' ? unitWords : bare;
}
