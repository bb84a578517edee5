import type { AccountVendor } from '@duban/directory';
import { Networks } from '../destinations/networks';
import type { Line } from '../lines/line';
import type { Messages } from '../templates/messages';
import type { FreshToken, TokenKeeper } from './access-tokens';
import { briefText } from './brief-text';
import { type Channel, ChannelError, type Message, type Recipient, type Sent } from './channel';
import { askVendor, assertTaken, type VendorAnswer, type VendorRequest, type Verdicts } from './vendor';

/** Of one request; a token that ended costs two more, and all of it is shorter than a claim. */
const MOST_MS = 10_000;

/** What a vendor says of a token: where it stands in the answer, and for how many seconds it holds. */
export interface TokenFields {
  token: string;
  seconds: string;
}

/** Messages of an app of a vendor (应用消息) to persons who have accounts there. */
export abstract class AppChannel implements Channel {
  abstract readonly kind: AccountVendor;
  readonly line: Line;
  /** Where the code stands in the answer. */
  readonly codeIn: string = 'errcode';
  abstract readonly verdicts: Verdicts;
  readonly statuses: readonly number[] = [200];
  protected readonly tokenIn: TokenFields = { token: 'access_token', seconds: 'expires_in' };
  /** What there is room for. */
  protected abstract readonly mostBytes: number;
  private readonly tokenName: string;

  /**
   * @param app the app's address, with its id and secret as user and password
   * @param mostMs how long one request may take in all
   */
  constructor(
    private readonly app: URL,
    private readonly tokens: TokenKeeper,
    protected readonly messages: Messages,
    private readonly mostMs = MOST_MS,
  ) {
    this.tokenName = `${app.host}${app.pathname} ${app.username}`;
    // Forty at once and ten a second keep to what each of the vendors takes (WeCom 1万次/分, Feishu 50次/秒、1000次/分).
    this.line = { name: `app ${this.tokenName}`, limit: { perMinute: 600, burst: 40 }, atOnce: null };
  }

  protected get id(): string {
    return decodeURIComponent(this.app.username);
  }

  protected get secret(): string {
    return decodeURIComponent(this.app.password);
  }

  /** What the vendor calls the app among those of the organisation, where it does. */
  protected get agentId(): string {
    return this.app.pathname.slice(1);
  }

  protected url(path: string, query: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(path, this.app.origin);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  isFor({ accounts }: Recipient): string | null {
    return accounts[this.kind] ?? null;
  }

  protected abstract tokenRequest(): VendorRequest;
  protected abstract messageRequest(token: string, account: string, text: string, id: string): VendorRequest;
  /** @throws ChannelError where it was taken, and not for the account */
  protected abstract cameOf(answer: VendorAnswer, account: string): Sent;

  async send(message: Message): Promise<Sent> {
    const { address, id } = message;
    const text = briefText(message, this.mostBytes, this.messages);
    const answer = await this.asked((token) => this.messageRequest(token, address, text, id));
    return this.cameOf(answer, address);
  }

  /** Asks as the app, once more with another token where the vendor does not know ours any more. */
  protected async asked(request: (token: string) => VendorRequest): Promise<VendorAnswer> {
    const token = await this.tokens.of(this.tokenName, () => this.newToken());
    let answer = await this.toVendor(request(token));
    if (answer.verdict === 'renew') {
      answer = await this.toVendor(request(await this.tokens.of(this.tokenName, () => this.newToken(), token)));
    }
    assertTaken(answer, this.kind);
    return answer;
  }

  private async newToken(): Promise<FreshToken> {
    const answer = await this.toVendor(this.tokenRequest());
    assertTaken(answer, this.kind);
    const [token, seconds] = [answer.said[this.tokenIn.token], answer.said[this.tokenIn.seconds]];
    if (typeof token === 'string' && typeof seconds === 'number') return { token, seconds };
    throw new ChannelError(`${this.kind} gave no token`, true, null, { isLineDown: true });
  }

  private toVendor(request: VendorRequest): Promise<VendorAnswer> {
    return askVendor(request, this, { networks: Networks.all(), mostMs: this.mostMs });
  }
}
