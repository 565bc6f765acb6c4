import type { Row, SqlClient } from './sql-client.js';
import { refuseWholeClient } from './whole-client.js';

/** A transaction of Prisma, as far as it is used. */
export interface PrismaTransaction {
  $queryRawUnsafe<T>(text: string, ...values: unknown[]): PromiseLike<T>;
  /** A whole client alone has it. */
  readonly $connect?: undefined;
}

const MARK = {
  field: 'tx',
  library: 'Prisma',
  isTransaction: (given: object) => '$queryRawUnsafe' in given && !('$connect' in given),
};

/**
 * Prisma: the client that an interactive transaction is given. Throws a `ConfigurationError` for anything else.
 *
 * @example
 * await prisma.$transaction(async (tx) => {
 *   await tx.order.create({ data: { id } });
 *   await sender.send({ type: 'order.placed', data: { id } }, { transaction: fromPrisma(tx) });
 * });
 */
export function fromPrisma(tx: PrismaTransaction): SqlClient {
  refuseWholeClient(tx, MARK);
  return {
    query: async (text, values) => ({ rows: await tx.$queryRawUnsafe<readonly Row[]>(text, ...values) }),
  };
}
