import { type OutboundOptions, post } from '../destinations/outbound';
import { type DestinationChannel, type DestinationMessage, ChannelError, type Sent } from './channel';
import { withoutQuery } from './shown-address';
import { newWebhookSecret, signedHeaders } from './webhook-signature';

/** What an event of ours is called; another shape of its data is another version. */
const EVENT_TYPE = 'duban.digest.v1';

/** Signed webhooks: each digest as an event (CloudEvents 1.0, structured), signed by Standard Webhooks. */
export class WebhookChannel implements DestinationChannel {
  readonly kind = 'webhook';
  readonly perMinute = { most: 6_000, usual: 60 };
  readonly keys = { from: 'us', make: newWebhookSecret } as const;

  /** @param source where events are from; with their id it names each once in the world */
  constructor(
    private readonly source: string,
    private readonly options: OutboundOptions,
  ) {}

  shownAddress(address: URL): string {
    return withoutQuery(address);
  }

  refusalOf(address: URL): string | null {
    return this.options.networks.refusalOf(address);
  }

  async send({ id, address, subject, items, composedAt, secrets }: DestinationMessage): Promise<Sent> {
    const body = JSON.stringify({
      specversion: '1.0',
      id,
      source: this.source,
      type: EVENT_TYPE,
      time: composedAt.toISOString(),
      datacontenttype: 'application/json',
      data: { subject, items },
    });
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'duban',
      // By the clock that whoever verifies has, too, wherever a demonstration's stands.
      ...signedHeaders(secrets, id, new Date(), body),
    };
    const { status, body: words, retryAfterMs } = await post(new URL(address), headers, body, this.options);
    if (status >= 200 && status < 300) return { state: 'delivered', answer: { status, words } };
    if (status === 410) {
      throw new ChannelError('410: the destination is gone', false, null, { isGone: true, answer: { status, words } });
    }
    const why = status >= 300 && status < 400 ? `${status}: redirects are not followed` : `answered with ${status}`;
    throw new ChannelError(why, true, null, { isLineDown: true, retryAfterMs, answer: { status, words } });
  }
}
