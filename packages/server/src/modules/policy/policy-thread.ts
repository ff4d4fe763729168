import { parentPort } from 'node:worker_threads';
import { createThreadWork, type ThreadJob } from './policy-thread-work.ts';

const port = parentPort;
if (!port) throw new Error('Rules are run by a thread of their own.');

const work = createThreadWork();
port.on('message', (job: ThreadJob) => {
  void work(job).then((answer) => {
    port.postMessage(answer);
  });
});
