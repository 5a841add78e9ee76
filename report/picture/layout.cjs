// Reads a graph in the JSON format of ELK from standard input and writes it with positions to standard output.
const ELK = require("elkjs/lib/elk.bundled.js");
let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () =>
  new ELK()
    .layout(JSON.parse(text))
    .then((graph) => process.stdout.write(JSON.stringify(graph)))
    .catch((error) => {
      process.stderr.write(String(error && error.message));
      process.exitCode = 1;
    })
);
