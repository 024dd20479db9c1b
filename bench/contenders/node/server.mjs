// What one writes in half an hour: Express for the requests, execa for the commands. node server.mjs PORT
import express from 'express';
import { execa } from 'execa';

const app = express();
app.use(express.json());

// Runs a command and answers with what it wrote.
app.post('/run', async (request, response) => {
  const { all } = await execa(request.body.file, request.body.args ?? [], { all: true, stripFinalNewline: false });
  response.type('text/plain').send(all);
});

// Starts a command and leaves it alone.
app.post('/start', (request, response) => {
  const child = execa(request.body.file, request.body.args ?? [], { buffer: false, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  child.catch(() => {});
  response.status(202).json({ pid: child.pid });
});

// Sends on what a command writes, while it writes.
app.post('/stream', async (request, response) => {
  const child = execa(request.body.file, request.body.args ?? [], { buffer: false, stdin: 'ignore' });
  child.stdout.pipe(response);
  await child;
});

app.listen(Number(process.argv[2]), '127.0.0.1');
