// `node --import` hook that lets Node run this repository's TypeScript, as tsx does, at a third of its start-up time: there
// are hundreds of test files and each has its own process. Programs that are started once use tsx.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
