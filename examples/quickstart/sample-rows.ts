import { createHash } from 'node:crypto';

/** One order of a shop, as the table `orders` holds it. */
export interface Order extends Record<string, unknown> {
  readonly id: string;
  readonly customer: string;
  readonly status: string;
  readonly total: string;
  readonly items: ReadonlyMap<string, number>;
  readonly tags: ReadonlySet<string>;
  readonly created: Date;
}

const STATUSES = ['new', 'paid', 'packed', 'sent', 'returned'] as const;
const ARTICLES = ['tea', 'coffee', 'lamp', 'notebook', 'pen', 'chair', 'mug', 'poster'] as const;
const FIRST_NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Katherine', 'Donald', 'Radia'] as const;
const EPOCH = Date.UTC(2026, 0, 1);

/** The id of the order with a number: always the same one, so that reads know what was written. */
export function orderId(n: number): string {
  const hex = createHash('md5').update(`order ${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function pick<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T;
}

/** The order with a number. */
export function sampleOrder(n: number): Order {
  return {
    id: orderId(n),
    customer: `${pick(FIRST_NAMES, n * 7)} no. ${n % 5_000}`,
    status: pick(STATUSES, n * 3),
    total: `${(n % 400) + 1}.${String(n % 100).padStart(2, '0')}`,
    items: new Map([
      [pick(ARTICLES, n), (n % 3) + 1],
      [pick(ARTICLES, n + 3), 1],
    ]),
    tags: new Set(n % 2 === 0 ? ['web'] : ['shop', 'gift']),
    created: new Date(EPOCH + n * 1_000),
  };
}
