import { join } from 'node:path';
import { Started } from './started';

/** A supervisor of processes starts again what has ended, a little later. */
const START_AGAIN_MS = 1_000;

/** One api or one worker, which is started again where it ends without being asked to. */
export class Member {
  private child: Started | undefined;
  private isWanted = false;

  /**
   * @param port where an api listens
   * @param build the folder of the checkout or of the image, with `dist` in it
   */
  constructor(
    readonly app: 'api' | 'worker',
    readonly name: string,
    readonly port: number,
    private build: string,
    private readonly log: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  get isRunning(): boolean {
    return this.child?.isRunning ?? false;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(build = this.build): void {
    this.build = build;
    this.isWanted = true;
    if (this.isRunning) return;
    const child = new Started(
      [process.execPath, join(build, 'dist/apps', this.app, 'src/main.js')],
      this.log,
      { PATH: process.env.PATH, HOME: process.env.HOME, HOST: '127.0.0.1', PORT: String(this.port), ...this.env },
      build,
    );
    this.child = child;
    void child.ended.then(() => {
      if (!this.isWanted || this.child !== child) return;
      setTimeout(() => this.isWanted && this.child === child && this.start(), START_AGAIN_MS).unref();
    });
  }

  /** As by kill -9, or by the machine: whoever supervises it starts it again. */
  async die(): Promise<void> {
    await this.child?.end('SIGKILL');
  }

  /** Asks it to end, as a deployment does. @returns its exit code */
  async end(): Promise<number | null> {
    this.isWanted = false;
    await this.child?.end('SIGTERM');
    return this.child ? this.child.ended : null;
  }

  async isReady(): Promise<boolean> {
    if (!this.isRunning) return false;
    if (this.app === 'worker') return this.child?.hasSaid('duban worker is ready') ?? false;
    const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => null);
    return answer?.status === 200;
  }

  lastWords(): string {
    return this.child?.lastWords() ?? '';
  }
}
