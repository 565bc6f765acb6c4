import { sqliteStore } from '@countersign/sender/sqlite';

// Holds a file open until it is killed.
const store = sqliteStore({ path: process.argv[2] ?? '' });
await store.open();
console.log('open');
setInterval(() => {}, 1000);
