import { Server } from 'node:net';

// Loaded in front of code of the documentation, which listens on port 3000: gives it a free port, and prints it.
Server.prototype.listen = new Proxy(Server.prototype.listen, {
  apply(listen, server: Server, [first, ...rest]: unknown[]) {
    server.once('listening', () => {
      const address = server.address();
      if (typeof address === 'object') console.log(`port ${address?.port}`);
    });
    const isOptions = typeof first === 'object' && first !== null && 'port' in first && first.port === 3000;
    const free = isOptions ? { ...first, port: 0 } : first === 3000 ? 0 : first;
    return Reflect.apply(listen, server, [free, ...rest]);
  },
});
