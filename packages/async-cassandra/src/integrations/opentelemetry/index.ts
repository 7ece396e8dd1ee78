export { OpenTelemetryTracker } from './open-telemetry-tracker.ts';
export type { OpenTelemetryTrackerOptions } from './options.ts';
