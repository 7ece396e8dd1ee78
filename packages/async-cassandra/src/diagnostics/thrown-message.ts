/** What a log line may say of something that was thrown: the message of an error, and of anything else nothing. */
export function thrownMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'not an error';
}
