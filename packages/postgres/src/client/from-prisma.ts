import type { Row, SqlClient } from './sql-client.js';

/** A transaction of Prisma, as far as it is used. */
export interface PrismaTransaction {
  $queryRawUnsafe<T>(text: string, ...values: unknown[]): PromiseLike<T>;
}

/**
 * Prisma: the client that an interactive transaction is given.
 *
 * @example
 * await prisma.$transaction(async (tx) => {
 *   await tx.order.create({ data: { id } });
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromPrisma(tx) });
 * });
 */
export function fromPrisma(tx: PrismaTransaction): SqlClient {
  return {
    query: async (text, values) => ({ rows: await tx.$queryRawUnsafe<readonly Row[]>(text, ...values) }),
  };
}
