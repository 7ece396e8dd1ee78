/** An alert, and what whoever it wakes has to know. */
export interface AlertRule {
  readonly name: string;
  /** `critical`: requests fail or are about to. `warning`: look at it by day. */
  readonly severity: 'critical' | 'warning';
  readonly expression: string;
  /** How long it must be true. */
  readonly for: string;
  /** One line, with the values of labels. */
  readonly summary: string;
  /** What it means, in one or two sentences. */
  readonly meaning: string;
  /** What to look at and to do, in order. */
  readonly steps: readonly string[];
}

/** Alerts about one thing. */
export interface AlertGroup {
  readonly name: string;
  readonly title: string;
  readonly rules: readonly AlertRule[];
}
