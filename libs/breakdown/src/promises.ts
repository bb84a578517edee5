import { Beginnings } from './characters';
import { isReduced, type Comparison } from './comparisons';
import type { Quantity } from './quantities';
import type { Surroundings } from './surroundings';

/** Words of limits and payments: such a number says what somebody may get, not what is promised. */
const CAPS = ['最高', '最多', '最长', '最大', '上限', '封顶', '限额'];
const PAYMENTS = [
  '给予',
  '补贴',
  '补助',
  '奖励',
  '资助',
  '奖补',
  '贴息',
  '扶持',
  '奖金',
  '减免',
  '优惠',
  '抵扣',
  '免租',
  '罚款',
  '支付',
  '收取',
  '享受',
];
/** Verbs that promise the number behind them, and verbs that let others do something with it; the nearest decides. */
const PROMISES = [
  '新增',
  '新建',
  '改建',
  '扩建',
  '建设',
  '建成',
  '完成',
  '打造',
  '培育',
  '改造',
  '实施',
  '推进',
  '开展',
  '举办',
  '引进',
  '创建',
  '评选',
  '配备',
  '形成',
  '惠及',
  '组建',
  '布局',
  '启动',
  '开工',
  '竣工',
  '加装',
  '安装',
  '提供',
  '设立',
  '培训',
  '修建',
  '整治',
  '治理',
  '认定',
  '招引',
  '落地',
  '建立',
  '增加',
  '提升',
  '拓展',
  '发放',
  '筹集',
  '选派',
  '遴选',
  '培养',
  '制定',
  '修订',
  '发布',
  '推出',
  '开通',
  '更新',
  '购置',
  '投放',
  '升级',
  '绿化',
  '消除',
  '淘汰',
  '关停',
  '化解',
  '清理',
  '拆除',
  '投资',
  '争取',
  '募集',
  '筹建',
  '投入',
  '实现',
  '确保',
  '力争',
  '安排',
  '增长',
  '集聚',
];
const ALLOWS = [
  '支持',
  '鼓励',
  '允许',
  '引导',
  '责令',
  '约谈',
  '问责',
  '凡',
  '围绕',
  '按照',
  '按',
  '对原',
  '现有',
  '原有',
  '已有',
  '已建',
  '可享受',
  '可获',
  '可资助',
  '可提高',
  '可申请',
  '购买',
  '享受',
];
/** Units of time: a promise only where something is cut down to them. */
const TIMES: ReadonlySet<string> = new Set([
  '天',
  '日',
  '年',
  '月',
  '周',
  '个月',
  '小时',
  '分钟',
  '工作日',
  '个工作日',
  '个小时',
  '周岁',
  '岁',
]);
const MONEY: ReadonlySet<string> = new Set(['元', '美元', '欧元', '港元']);
/** Units too vague without a word of comparison: 亿 and 万 without a noun, 倍, 次. */
const VAGUE: ReadonlySet<string> = new Set(['亿', '万', '倍', '里', '类', '门', '岁']);
/** Units that are also words of other use (对, 组): a promise only in numbers too large for a manner of speaking. */
const LOOSE: ReadonlySet<string> = new Set(['起', '对', '组', '片', '园', '站']);
const MANY = 20;
/** Verbs of which a share is promised, and nouns that are shares. */
const GROWS = ['增长', '提高', '提升', '达', '下降', '降低', '增加', '减少', '上升', '扩大', '完成'];
const SHARES = ['率', '占'];
/** 「以不高于市场价的八成」: a price, not a promise. */
const PRICED = /^以(?:不高于|不低于|市场|实际)/;
const CAP_REACH = 8;
const COUNTS_PARTIES = /^(?:相关|有关)?(?:部门|单位|机构|方面|环节|领域|专班|成员)/;

/** 「对组织500人以上…的旅行社」: whom a payment is for. */
const CONDITION = /^(?:对(?![接标口外照])|凡)/;
/** 「每季度召开1次」 says how often. */
const OFTEN = /每(?:年|半年|季度|季|月|周|日|天)[^,]*$/;
/** 「由30万亩增加到45万亩」: where it comes from. */
const FROM = /(?:由|从)(?:现有|现在|目前|原来|上年)?的?$/;
/** Figures of a year that a plan sets without a verb: 「规模以上工业产值5亿元。」 */
const FIGURE = /(?:产值|增加值|收入|销售额|零售额|成交额|交易额|营业额|税收|到位资金|资金到位|余额)[达为]?$/;
/** Sums that tell how large a project is, not what is done this time: 总投资12亿元. */
const SIZES = ['总投资', '概算投资', '估算投资', '概算', '总概算', '投资额', '注册资本'];

const includesAny = (text: string, words: readonly string[]): boolean => words.some((word) => text.includes(word));
const PROMISE_WORDS = new Beginnings(PROMISES);
const ALLOWING_WORDS = new Beginnings(ALLOWS);
const GROWTH_WORDS = new Beginnings(GROWS);
const ANY_PAYMENT = new RegExp(PAYMENTS.join('|'));

/** 补贴性培训 is a kind of training and pays nobody anything. */
const KIND_OF = ['性', '型', '类', '式'];
/** 「全年减免费用不少于5000万元」 is a goal; 「给予不低于50万元奖励」 pays somebody. */
const RELIEF = /减免[^,;。给每]{0,12}(?:不少于|不低于|超过|达到)$/;
const mentionsPayment = (text: string): boolean =>
  ANY_PAYMENT.test(text) &&
  PAYMENTS.some((word) => {
    const at = text.indexOf(word);
    return at >= 0 && !KIND_OF.includes(text[at + word.length] ?? '');
  });

/** Whether a quantity is something the task promises to reach, and no limit, payment, condition or description. */
export function isPromise(
  folded: string,
  quantity: Quantity,
  unit: string,
  comparison: Comparison,
  around: Surroundings,
): boolean {
  const { before, behind, sentence } = around;
  const rest = folded.slice(comparison.end, comparison.end + 2);
  const clauseText = folded.slice(around.clause.start, around.clause.end);
  if (TIMES.has(unit))
    return isReduced(before) ? comparison.comparator === 'lte' : comparison.stated && /[天日]数/.test(before);
  if (unit === '次' && OFTEN.test(before)) return false;
  if (FROM.test(before) && /^[^,;]{0,8}?[到至]/.test(behind)) return false;
  if (CONDITION.test(clauseText) && mentionsPayment(sentence)) return false;
  if (MONEY.has(unit) && SIZES.some((size) => before.replace(/[约为达]$/, '').endsWith(size))) return false;
  if (includesAny(before.slice(-CAP_REACH), CAPS) || /(?:每|原|现有|已|已有|其他|第|前)$/.test(before)) return false;
  // 「财政局等4个部门」 counts who takes part; 「…等26个重点单元」 what is done.
  if (before.endsWith('等') && COUNTS_PARTIES.test(behind)) return false;
  // 「3000平方米以上的场馆」 tells what kind of thing; 「不少于两万平方米的空间」 still promises the number.
  if (comparison.end > quantity.end && rest.startsWith('的')) return false;
  if (comparison.comparator === 'gt' && behind.startsWith('的')) return false;
  // 「日处理能力5万吨的水厂1座」: the other number is what is promised.
  if (!comparison.stated && /^的[^的]*\d/.test(behind)) return false;
  if (behind.trimEnd().endsWith('的') && /^[以及上下内]{0,3}的$/.test(behind.trim())) return false;
  if (comparison.comparator === 'lte' && before.includes('不') && (MONEY.has(unit) || ANY_PAYMENT.test(sentence)))
    return false;
  // 「10亿元以上项目不少于2个」: the sum tells which projects, the count is what is promised.
  if (MONEY.has(unit) && comparison.stated && /^[^、]*\d/.test(behind.slice(comparison.end - quantity.end)))
    return false;
  if (MONEY.has(unit) || unit === '%' || unit === '‰') {
    if (RELIEF.test(before)) return true;
    if (mentionsPayment(clauseText) || before.lastIndexOf('按') > GROWTH_WORDS.lastIn(before) || PRICED.test(before))
      return false;
    if (MONEY.has(unit) && FIGURE.test(before) && behind === '') return true;
    if (MONEY.has(unit) && !comparison.stated) return PROMISE_WORDS.lastIn(before) > ALLOWING_WORDS.lastIn(before);
    return comparison.stated || includesAny(before, GROWS) || includesAny(before, SHARES);
  }
  if (!comparison.stated && mentionsPayment(clauseText)) return false;
  if ((VAGUE.has(unit) || (LOOSE.has(unit) && quantity.value < MANY)) && !comparison.stated) return false;
  if (quantity.inWords && !comparison.stated) return quantity.value >= 100;
  if (comparison.stated) return true;
  const promised = PROMISE_WORDS.lastIn(before);
  const allowed = ALLOWING_WORDS.lastIn(before);
  return promised >= allowed && !/^(?:方面|环节|层面|阶段|领域|维度|全面|坚持|统筹|确保)/.test(behind);
}
