import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import type { TrackedRequest } from '../../diagnostics/index.ts';

/** Has the W3C trace context (https://www.w3.org/TR/trace-context/) sent in the custom payload of a request. */
export function sendTraceContext(request: TrackedRequest, context: SpanContext): void {
  if (!isSpanContextValid(context)) return;
  const flags = (context.traceFlags & 0xff).toString(16).padStart(2, '0');
  request.setPayload('traceparent', Buffer.from(`00-${context.traceId}-${context.spanId}-${flags}`, 'latin1'));
  const state = context.traceState?.serialize();
  if (state !== undefined && state !== '') request.setPayload('tracestate', Buffer.from(state, 'latin1'));
}
