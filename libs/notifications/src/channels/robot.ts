import type { OutboundOptions } from '../destinations/outbound';
import type { Messages } from '../templates/messages';
import { briefText } from './brief-text';
import type { DestinationChannel, DestinationKeys, DestinationMessage, Sent } from './channel';
import { withoutQuery } from './shown-address';
import { askVendor, assertTaken, type VendorRequest, type Verdicts } from './vendor';

/** The robot of a group (群机器人). */
export abstract class RobotChannel implements DestinationChannel {
  abstract readonly kind: string;
  abstract readonly keys: DestinationKeys | null;
  /** More than that in a minute robots refuse. */
  readonly perMinute = { most: 20, usual: 20 };
  /** Where the code stands in the answer. */
  readonly codeIn: string = 'errcode';
  /** What there is room for. */
  protected abstract readonly mostBytes: number;
  abstract readonly verdicts: Verdicts;

  constructor(
    private readonly options: OutboundOptions,
    protected readonly messages: Messages,
  ) {}

  /** @param secret the key that the vendor gave; undefined where it gave none */
  protected abstract requestOf(address: URL, text: string, secret: string | undefined): VendorRequest;

  shownAddress(address: URL): string {
    return withoutQuery(address);
  }

  refusalOf(address: URL): string | null {
    return this.options.networks.refusalOf(address);
  }

  async send(message: DestinationMessage): Promise<Sent> {
    const text = briefText(message, this.mostBytes, this.messages);
    const request = this.requestOf(new URL(message.address), text, message.secrets[0]);
    const answer = await askVendor(request, this, this.options);
    assertTaken(answer, 'the robot');
    return { state: 'delivered', answer: answer.kept };
  }
}
