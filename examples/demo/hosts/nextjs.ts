import type { Host } from './host.js';
export const nextHost: Host = { title: 'Next.js', serve: () => Promise.reject(new Error('not yet')) };
