import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a step is: a bar on a terminal, a line at its end elsewhere. */
export interface StepProgress {
  update(done: number): void;
  stop(): void;
}

export function showProgress(title: string, total: number): StepProgress {
  if (!process.stdout.isTTY) {
    return {
      update: () => undefined,
      stop: () => {
        console.log(`${title}: ${total.toLocaleString('en')} done`);
      },
    };
  }
  const bar = new SingleBar(
    { format: `${title.padEnd(28)} {bar} {percentage}% | {value}/{total} | {eta_formatted} left`, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    update: (done) => bar.update(done),
    stop: () => {
      bar.update(total);
      bar.stop();
    },
  };
}
