/** A sentence in each language. */
export interface Words {
  zh: string;
  en: string;
}

/** The four properties that an electronic archive has to have (四性), as DA/T 70 names them. */
export const CHECKS = {
  authenticity: { zh: '真实性', en: 'authenticity' },
  completeness: { zh: '完整性', en: 'completeness' },
  usability: { zh: '可用性', en: 'usability' },
  safety: { zh: '安全性', en: 'safety' },
} as const satisfies Record<string, Words>;
export type Check = keyof typeof CHECKS;

/** What each check asks for, and the words of what holds. */
export const CRITERIA = {
  checksums: {
    check: 'authenticity',
    zh: '每个文件与校验值（SHA-256）一致',
    en: 'each file has its checksum (SHA-256)',
  },
  signature: { check: 'authenticity', zh: '校验值清单的签名有效', en: 'the list of checksums is signed rightly' },
  metadata_agree: {
    check: 'authenticity',
    zh: '元数据与内容一致（大小、摘要、格式）',
    en: 'metadata agree with the content (size, digest, format)',
  },
  records_proved: {
    check: 'authenticity',
    zh: '每条办理记录都在已签名的存证之中',
    en: 'each record of handling is in the signed checkpoint',
  },
  evidence_as_recorded: {
    check: 'authenticity',
    zh: '佐证材料与提交时的留痕一致',
    en: 'evidence is what history says was handed in',
  },
  compared_outside: {
    check: 'authenticity',
    zh: '与外部持有的存证、公钥一致',
    en: 'it agrees with the checkpoint and keys that are held outside',
  },
  files_present: { check: 'completeness', zh: '清单所列文件齐全', en: 'all listed files are there' },
  nothing_added: { check: 'completeness', zh: '没有清单以外的文件', en: 'there is no file beside the listed' },
  counts: {
    check: 'completeness',
    zh: '总件数、总字节数、办理记录数相符',
    en: 'the numbers of pieces, bytes and records are those that are stated',
  },
  metadata_complete: {
    check: 'completeness',
    zh: '必备元数据项齐全',
    en: 'all metadata that have to be there are there',
  },
  process: {
    check: 'completeness',
    zh: '办理过程完整，从起草（登记）到办结',
    en: 'the handling is recorded from the draft to the closing',
  },
  evidence_of_records: {
    check: 'completeness',
    zh: '留痕中的佐证材料都在包内',
    en: 'all evidence that history knows of is in the package',
  },
  records_of_bundle: {
    check: 'completeness',
    zh: '办理记录与留痕包逐条相符，没有遗漏',
    en: 'the records are those of the bundle of history, none left out',
  },
  readable: { check: 'usability', zh: '包、元数据和记录可以读取', en: 'the package, metadata and records can be read' },
  formats_known: {
    check: 'usability',
    zh: '内容格式可以识别，与名称相符',
    en: 'formats are known, and as they are named',
  },
  formats_lasting: { check: 'usability', zh: '内容格式适合长期保存', en: 'formats are fit to be kept for long' },
  malware: { check: 'safety', zh: '没有发现病毒', en: 'no malware was found' },
  no_programs: { check: 'safety', zh: '没有程序、脚本和宏', en: 'there are no programs, scripts and macros' },
  plain_package: {
    check: 'safety',
    zh: '包内没有加密、链接、越界路径和解压炸弹',
    en: 'nothing in it is encrypted, linked, outside of it, or made to fill the disk',
  },
} as const satisfies Record<string, Words & { check: Check }>;
export type Criterion = keyof typeof CRITERIA;

/** What can be found wrong, where it belongs, and its words; `{file}` and `{detail}` are filled in. */
export const FAULTS = {
  file_changed: {
    criterion: 'checksums',
    zh: '{file} 的内容与校验值不符，已被改动',
    en: '{file} was changed: its content has another checksum than the listed one',
  },
  file_swapped: {
    criterion: 'checksums',
    zh: '{file} 的内容是 {detail} 的，文件被调换',
    en: '{file} has the content of {detail}: files were swapped',
  },
  checksum_missing: {
    criterion: 'checksums',
    zh: '{file} 没有校验值',
    en: '{file} has no checksum',
  },
  checksums_unreadable: {
    criterion: 'checksums',
    zh: '校验值清单缺失或无法读取（{detail}）',
    en: 'the list of checksums is missing, or cannot be read ({detail})',
  },
  signature_missing: { criterion: 'signature', zh: '没有签名', en: 'there is no signature' },
  signature_wrong: {
    criterion: 'signature',
    zh: '签名与校验值清单、方案或公钥不符，清单可能被重写',
    en: 'the signature does not fit the list of checksums, the plan or the keys: the list may have been rewritten',
  },
  size_differs: {
    criterion: 'metadata_agree',
    zh: '{file} 的大小与元数据不符（{detail}）',
    en: '{file} has another size than the metadata say ({detail})',
  },
  digest_differs: {
    criterion: 'metadata_agree',
    zh: '{file} 的摘要与元数据不符',
    en: '{file} has another digest than the metadata say',
  },
  format_differs: {
    criterion: 'metadata_agree',
    zh: '{file} 的格式与元数据不符（{detail}）',
    en: '{file} has another format than the metadata say ({detail})',
  },
  record_changed: {
    criterion: 'records_proved',
    zh: '第 {detail} 条办理记录被改动，不在存证之中',
    en: 'record {detail} was changed: it is not in the checkpoint',
  },
  records_disordered: {
    criterion: 'records_proved',
    zh: '办理记录在第 {detail} 条处顺序有误或重复',
    en: 'records are out of order, or twice, at {detail}',
  },
  record_of_another: {
    criterion: 'records_proved',
    zh: '第 {detail} 条办理记录属于别的方案',
    en: 'record {detail} is of another plan',
  },
  checkpoint_wrong: {
    criterion: 'records_proved',
    zh: '存证缺失、无法读取或签名无效（{detail}）',
    en: 'the checkpoint is missing, cannot be read, or is not signed rightly ({detail})',
  },
  evidence_altered: {
    criterion: 'evidence_as_recorded',
    zh: '{file} 不是提交时的文件，留痕中的摘要不同',
    en: '{file} is not what was handed in: history has another digest',
  },
  evidence_unknown: {
    criterion: 'evidence_as_recorded',
    zh: '{file} 不是任何单位提交的佐证材料',
    en: '{file} is no evidence that anybody handed in',
  },
  outside_differs: {
    criterion: 'compared_outside',
    zh: '与外部持有的存证或公钥不符：{detail}',
    en: 'it does not agree with what is held outside: {detail}',
  },
  file_missing: { criterion: 'files_present', zh: '缺少 {file}', en: '{file} is missing' },
  file_added: { criterion: 'nothing_added', zh: '多出 {file}', en: '{file} was added' },
  count_differs: { criterion: 'counts', zh: '{detail}', en: '{detail}' },
  metadata_missing: {
    criterion: 'metadata_complete',
    zh: '元数据缺少 {detail}',
    en: 'metadata lack {detail}',
  },
  process_incomplete: {
    criterion: 'process',
    zh: '办理过程不完整：没有{detail}的记录',
    en: 'the handling is not complete: there is no record of {detail}',
  },
  evidence_missing: {
    criterion: 'evidence_of_records',
    zh: '留痕中的佐证材料 {detail} 不在包内',
    en: 'the evidence {detail}, which history knows of, is not in the package',
  },
  bundle_differs: {
    criterion: 'records_of_bundle',
    zh: '与留痕包不符：{detail}',
    en: 'it does not agree with the bundle of history: {detail}',
  },
  unreadable: { criterion: 'readable', zh: '{file} 无法读取（{detail}）', en: '{file} cannot be read ({detail})' },
  format_unknown: {
    criterion: 'formats_known',
    zh: '{file} 的格式无法识别，或与名称不符（{detail}）',
    en: 'the format of {file} is unknown, or not as it is named ({detail})',
  },
  format_passing: {
    criterion: 'formats_lasting',
    zh: '{file} 的格式（{detail}）不适合长期保存，宜转换为 OFD 或 PDF/A',
    en: 'the format of {file} ({detail}) will not last; convert it to OFD or PDF/A',
  },
  infected: { criterion: 'malware', zh: '{file} 带有病毒（{detail}）', en: '{file} is infected ({detail})' },
  scanner_silent: {
    criterion: 'malware',
    zh: '{file} 未能检测：病毒扫描服务没有应答',
    en: '{file} was not scanned: the scanner did not answer',
  },
  program: {
    criterion: 'no_programs',
    zh: '{file} 是程序，或带有脚本、宏（{detail}）',
    en: '{file} is a program, or holds scripts or macros ({detail})',
  },
  path_unsafe: { criterion: 'plain_package', zh: '{file} 的路径不安全', en: 'the path {file} is not safe' },
  name_twice: { criterion: 'plain_package', zh: '{file} 出现多次', en: '{file} is there more than once' },
  encrypted: { criterion: 'plain_package', zh: '{file} 已加密', en: '{file} is encrypted' },
  link: { criterion: 'plain_package', zh: '{file} 是链接', en: '{file} is a link' },
  bomb: {
    criterion: 'plain_package',
    zh: '{file} 解压后大得异常，没有解压',
    en: '{file} would unpack to far too much, and was not unpacked',
  },
  packed_differently: {
    criterion: 'plain_package',
    zh: '{file} 使用了不通用的压缩方法',
    en: '{file} is packed by a method that is not common',
  },
} as const satisfies Record<string, Words & { criterion: Criterion }>;
export type FaultCode = keyof typeof FAULTS;

/** What is told, and fails no check: the office may have had no other. */
export const DOUBTS: ReadonlySet<FaultCode> = new Set(['format_passing']);

/** Media types of formats that are fit for long-term keeping: those of GB/T 18894 and DA/T 47, and plain texts. */
export const LASTING: ReadonlySet<string> = new Set([
  'application/pdf',
  'application/ofd',
  'application/rtf',
  'text/plain',
  'text/csv',
  'image/jpeg',
  'image/png',
  'image/tiff',
  'audio/wav',
  'audio/mpeg',
  'video/mp4',
]);
