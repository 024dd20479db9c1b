// Follows a run and resumes after lost connections: node follow.mjs <base url> <run id>. Node 18 or later, nothing else.
const [base, run] = process.argv.slice(2);
let lastId = "";
let code = null;

// Whole events only: one that was cut off comes again, because its id was not taken.
async function* events(body) {
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + part).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
      if (fields.data) yield { ...fields, data: JSON.parse(fields.data) };
    }
  }
}

const write = (stream, bytes) => new Promise((done) => stream.write(bytes, done));

while (true) {
  try {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": lastId };
    const answer = await fetch(`${base}/v1/runs/${run}/events`, { headers });
    if (answer.status >= 400 && answer.status < 500) throw new SyntaxError(await answer.text());
    if (!answer.ok) throw new TypeError(`status ${answer.status}`);
    for await (const { event, data, id } of events(answer.body)) {
      if (event === "output") {
        const bytes = "text" in data ? Buffer.from(data.text) : Buffer.from(data.base64, "base64");
        await write(data.stream === "stderr" ? process.stderr : process.stdout, bytes);
      } else if (event === "gap") {
        console.error(`[bytes ${data.from} to ${data.to} are lost: ${data.cause}]`);
      } else if (event === "exit") {
        code = data.exitCode;
      } else if (event === "end") {
        process.exit(code ?? 1);
      }
      lastId = id ?? lastId;
    }
  } catch (lost) {
    if (!(lost instanceof TypeError)) throw lost; // fetch and its streams fail with TypeError
  }
  await new Promise((done) => setTimeout(done, 1000));
}
