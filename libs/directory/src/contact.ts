/** Programs (企业微信、钉钉、飞书) in which people have accounts of their own, to which messages can go. */
export const ACCOUNT_VENDORS = ['wecom', 'dingtalk', 'feishu'] as const;
export type AccountVendor = (typeof ACCOUNT_VENDORS)[number];

/** Where somebody is reached, beside the inbox. */
export interface Contact {
  email: string | null;
  /** A number of mainland China, eleven digits. */
  mobile: string | null;
  /** What vendors call the person. */
  accounts: Readonly<Partial<Record<AccountVendor, string>>>;
}

/** The columns of a {@link Contact}, of a row of `person`. */
export const contactColumns = (person: string): string => `${person}.email, ${person}.mobile, ${person}.accounts`;
