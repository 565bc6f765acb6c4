/** Whether a type is `any`, which would satisfy every other check. */
export type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether two types are the same, `any` and `unknown` told apart. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only where every check holds. */
export function holds<_Checks extends readonly true[]>(): void {}
