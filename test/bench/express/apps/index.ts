import type { Express } from 'express';
import { bareApp } from './bare.js';
import { byHandApp } from './by-hand.js';
import { guardApp, handlerApp, handlerWithoutReplayApp } from './countersign.js';
import { standardwebhooksApp } from './standardwebhooks.js';

/** The applications that are measured, by name. */
export const apps = {
  'by hand': byHandApp,
  'countersign, handler': handlerApp,
  'countersign, handler, `replay: false`': handlerWithoutReplayApp,
  'countersign, guard': guardApp,
  standardwebhooks: standardwebhooksApp,
  'no verification': bareApp,
} as const satisfies Readonly<Record<string, (secret: string) => Express>>;

export type AppName = keyof typeof apps;

export function isAppName(name: string): name is AppName {
  return Object.hasOwn(apps, name);
}
