import cliProgress from 'cli-progress';
import type { Logger, Progress, ProgressListener } from '../progress.ts';

/** Shows progress to a person: bars on a terminal, lines elsewhere. */
export interface ProgressDisplay {
  readonly onProgress: ProgressListener;
  readonly logger: Logger;
  /** Leaves the terminal in order; may be called again. */
  finish(): void;
}

type Output = NodeJS.WriteStream;

export function createProgressDisplay(output: Output): ProgressDisplay {
  return output.isTTY ? new BarDisplay(output) : new LineDisplay(output);
}

const megabyte = 1_000_000;
const redrawMs = 200;

class BarDisplay implements ProgressDisplay {
  readonly logger: Logger;
  readonly #output: Output;
  #bar: cliProgress.SingleBar | null = null;
  #phase = '';
  #startedAt = 0;
  #ticker: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
    const write = (message: string): void => {
      if (this.#bar === null) output.write(`${message}\n`);
    };
    this.logger = { debug: () => undefined, info: write, warn: write };
  }

  readonly onProgress = (progress: Progress): void => {
    if (progress.phase !== this.#phase) this.#begin(progress);
    if (progress.phase === 'fetch') {
      this.#bar?.update(Math.round(progress.bytesDone / megabyte), {
        detail: `${progress.jarsDone}/${progress.jarsTotal} jars`,
      });
    } else if (progress.phase === 'start') {
      this.#bar?.update(progress.nodesReady);
    }
  };

  finish(): void {
    clearInterval(this.#ticker);
    this.#bar?.stop();
    this.#bar = null;
    this.#phase = '';
  }

  #begin(progress: Progress): void {
    this.finish();
    this.#phase = progress.phase;
    if (progress.phase === 'ready') return;
    const isFetch = progress.phase === 'fetch';
    const label = isFetch
      ? 'Fetching {bar} {value}/{total} MB, {detail}'
      : 'Starting {bar} {value}/{total} nodes, {detail}';
    const bar = new cliProgress.SingleBar(
      { format: label, stream: this.#output, hideCursor: true },
      cliProgress.Presets.shades_classic,
    );
    bar.start(isFetch ? Math.round(progress.bytesTotal / megabyte) : progress.nodesTotal, 0, { detail: '' });
    this.#bar = bar;
    this.#startedAt = Date.now();
    if (!isFetch) this.#ticker = setInterval(() => this.#tick(), redrawMs);
  }

  #tick(): void {
    this.#bar?.update({ detail: `${seconds(Date.now() - this.#startedAt)} s` });
  }
}

class LineDisplay implements ProgressDisplay {
  readonly logger: Logger;
  readonly #output: Output;
  #lastTenth = -1;

  constructor(output: Output) {
    this.#output = output;
    const write = (message: string): void => this.#line(message);
    this.logger = { debug: () => undefined, info: write, warn: write };
  }

  readonly onProgress = (progress: Progress): void => {
    if (progress.phase === 'fetch') {
      const tenth = Math.floor((progress.jarsDone / progress.jarsTotal) * 10);
      if (tenth === this.#lastTenth) return;
      this.#lastTenth = tenth;
      this.#line(`Fetched ${progress.jarsDone} of ${progress.jarsTotal} jars`);
    } else if (progress.phase === 'start') {
      this.#line(`${progress.nodesReady} of ${progress.nodesTotal} nodes ready after ${seconds(progress.elapsedMs)} s`);
    }
  };

  finish(): void {
    this.#lastTenth = -1;
  }

  #line(text: string): void {
    this.#output.write(`${text}\n`);
  }
}

/** Milliseconds as seconds with one decimal. */
export function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
