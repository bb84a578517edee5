import { fileURLToPath } from 'node:url';
import { Transactor } from '@duban/database';
import { type Config, CONFIG, s3AddressOf } from '@duban/platform';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CheckpointService } from '../checkpoint.service';
import { certificatesIn } from '../timestamp';
import { BucketPlace } from './bucket.place';
import { CheckpointMail, type CheckpointPlace } from './checkpoint-place';
import { FolderPlace } from './folder.place';
import { MailPlace } from './mail.place';
import { TimestampPlace } from './timestamp.place';

type Settings = Pick<
  Config,
  'DUBAN_CHECKPOINTS_TO' | 'DUBAN_TIMESTAMP_CA' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY'
>;

/** What places work with. */
interface Means {
  settings: Settings;
  mail: CheckpointMail;
  transactor: Transactor;
}

/** A place that did not take one is asked again after so long. */
const AGAIN_MS = 5 * 60_000;

/** Each kind of place that a setting can name, by how its address begins. */
const PLACES: Readonly<Record<string, (place: string, means: Means) => CheckpointPlace>> = {
  'mailto:': (place, { mail }) => new MailPlace(decodeURIComponent(new URL(place).pathname), mail),
  'file:': (place) => new FolderPlace(fileURLToPath(place)),
  'rfc3161:': (place, { settings: { DUBAN_TIMESTAMP_CA: ca }, transactor }) =>
    new TimestampPlace(place.slice('rfc3161:'.length), ca === undefined ? [] : certificatesIn(ca), transactor),
  's3:': (place, { settings }) => {
    const lockDays = new URL(place).searchParams.get('lockDays');
    return new BucketPlace(s3AddressOf(place, settings), lockDays ? Number(lockDays) : null);
  },
};

/**
 * Hands the newest checkpoint to places outside (存证外送), each as often as it wants: whoever rewrites history later
 * contradicts what lies there. A place that does not take it holds up nothing, and is asked again. Handed over and not
 * recorded, it is handed over once more, with the same name.
 */
@Injectable()
export class CheckpointHandout implements OnApplicationShutdown {
  private readonly logger = new Logger('history');
  private readonly places: readonly CheckpointPlace[];
  private readonly notBefore = new Map<CheckpointPlace, number>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly transactor: Transactor,
    private readonly checkpoints: CheckpointService,
    mail: CheckpointMail,
    @Inject(CONFIG) settings: Settings,
  ) {
    this.places = (settings.DUBAN_CHECKPOINTS_TO ?? []).map((place) =>
      PLACES[new URL(place).protocol]!(place, { settings, mail, transactor }),
    );
  }

  /** Begins, unless it is at it already; a place that does not answer must not keep the sweep waiting. */
  start(): void {
    if (this.places.length === 0) return;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  /** To all places that are due; what went wrong is in the log. */
  async run(): Promise<void> {
    await Promise.all(
      this.places.map(async (place) => {
        if ((this.notBefore.get(place) ?? 0) > Date.now()) return;
        try {
          await this.handTo(place);
        } catch (error) {
          this.notBefore.set(place, Date.now() + AGAIN_MS);
          this.logger.error(`checkpoint not handed to ${place.name}: ${(error as Error).message}`);
        }
      }),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.running;
  }

  private async handTo(place: CheckpointPlace): Promise<void> {
    const newest = await this.transactor.run(async (tx) => {
      const [{ isDue }]: [{ isDue: boolean }] = await tx.query(
        `select coalesce(max(handed_at) <= clock_timestamp() - $2 * interval '1 millisecond', true) as "isDue"
         from history_handout where place = $1`,
        [place.name, place.everyMs],
      );
      const [checkpoint] = isDue ? await this.checkpoints.newest(tx, { before: null, limit: 1 }) : [];
      return checkpoint?.handedOut.some(({ place: known }) => known === place.name) ? undefined : checkpoint;
    });
    if (!newest) return;
    await place.hand(newest);
    await this.transactor.run((tx) =>
      tx.query(`insert into history_handout (checkpoint, place) values ($1, $2) on conflict do nothing`, [
        newest.number,
        place.name,
      ]),
    );
    this.logger.log(`checkpoint ${newest.number} of ${newest.size} events handed to ${place.name}`);
  }
}
