// An EdgeClient on strings: a line of JSON on stdin does something, a line on stdout tells something.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [module, url, origin, options] = process.argv.slice(2);
const { EdgeClient } = await import(pathToFileURL(module).href);

class BrowserSocket extends WebSocket {
  constructor(address, protocols) {
    super(address, { protocols, headers: { Origin: origin } }); // a browser adds it by itself
  }
}

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const edge = new EdgeClient({ url, WebSocket: BrowserSocket, ...JSON.parse(options) });
edge.on("status", (status) => tell({ status, mayAct: edge.mayAct, version: edge.version }));
edge.on("change", (snapshot) => tell({ seq: edge.seq, snapshot }));

const does = {
  connect: () => edge.connect(),
  close: () => edge.close(),
  may: ({ verb }) => tell({ may: edge.may(verb) }),
  request: ({ verb, fields, timeoutMs }) =>
    edge.request(verb, fields, { timeoutMs }).then(
      (result) => tell({ verb, result }),
      (error) => tell({ verb, code: error.code, message: error.message }),
    ),
};
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  does[order.do](order);
}
edge.close();
