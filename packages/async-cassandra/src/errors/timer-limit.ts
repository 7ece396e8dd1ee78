/** The longest wait of a timer in milliseconds: Node's end at once when they are given more, so no option may ask for it. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;
