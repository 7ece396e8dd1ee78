const HOUR_MS = 3_600_000;

/** The hour that a time is in: the partition of its orders. */
export function hourOf(time: Date): Date {
  return new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);
}

/** How many hours a range touches. */
export function hoursBetween(from: Date, to: Date): number {
  return Math.max(0, Math.ceil((to.getTime() - hourOf(from).getTime()) / HOUR_MS));
}

/** The hours that a range touches, newest first. */
export function* hoursBackwards(from: Date, to: Date): Generator<Date> {
  const first = hourOf(from).getTime();
  for (let hour = hourOf(new Date(to.getTime() - 1)).getTime(); hour >= first; hour -= HOUR_MS) yield new Date(hour);
}
