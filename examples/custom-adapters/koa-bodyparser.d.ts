declare module 'koa-bodyparser' {
  import type { Middleware } from 'koa';

  const bodyParser: () => Middleware;
  export = bodyParser;
}
