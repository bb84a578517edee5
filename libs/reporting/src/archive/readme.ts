/** What lies in the package for whoever opens it without us. */
export const README = `归档信息包说明

本包是一个已办结的责任分解方案的电子档案，由督办系统 duban 生成。

documents/   文件材料：方案及其历次修订的原文，督办单
evidence/    佐证材料：各单位上报时提交的文件
records/     办理记录：责任事项清单、办理情况（供阅读）、留痕（供核验）
proof/       存证：签名的存证和公钥
metadata.xml        元数据
checksums.sha256    除本文件和 signature.txt 外每个文件的 SHA-256 校验值
signature.txt       对校验值清单的签名（Ed25519）

核验：duban archive check <本文件>，按真实性、完整性、可用性、安全性逐项给出结论，不需要网络和数据库。
没有 duban 时，可用 sha256sum -c checksums.sha256 核对校验值。

This is the archive package of a closed plan, made by duban. \`duban archive check <this file>\` checks it offline:
authenticity, completeness, usability and safety. Without duban, \`sha256sum -c checksums.sha256\` compares the checksums.
`;
