import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { fromPrisma } from '@countersign/postgres';
import { PrismaPg } from '@prisma/adapter-pg';
import { databaseUrl } from '../services/services.js';

/** What tests need of a client that Prisma generates. */
export interface PrismaClient {
  $transaction(step: (tx: Parameters<typeof fromPrisma>[0]) => Promise<void>): Promise<void>;
  $disconnect(): Promise<void>;
}

interface Generated {
  readonly PrismaClient: new (options: { readonly adapter: PrismaPg }) => PrismaClient;
}

/** A client of Prisma, which connects with its first statement. */
export async function prismaClient(): Promise<PrismaClient> {
  const { PrismaClient } = await generated();
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 3 }) });
}

/** Generated once for each clone. The engine for migrations, which Prisma would load for that, is not needed. */
async function generated(): Promise<Generated> {
  const folder = new URL('./generated/', import.meta.url);
  if (!existsSync(new URL('client.ts', folder))) {
    const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
    const schema = new URL('./schema.prisma', import.meta.url).pathname;
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
    await promisify(execFile)(process.execPath, [prisma, 'generate', '--schema', schema], { env });
  }
  return import(new URL('client.ts', folder).href);
}
