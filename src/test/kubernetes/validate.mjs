// Reads a JSON list of manifests on standard input; writes a line for everything that is wrong with them.
// The schemas are generated from the OpenAPI documents of Kubernetes and from the definitions of the custom resources.
// Their validators find what is missing or has a wrong value, their types find fields that nobody knows. Dashboards in
// ConfigMaps are held against Grafana's types.
// usage: node validate.mjs FOLDER, which has node_modules
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const folder = join(process.argv[2], "node_modules");
const packages = new Map([
  ["monitoring.coreos.com", "@kubernetes-models/prometheus-operator/monitoring.coreos.com"],
  ["gateway.networking.k8s.io", "@kubernetes-models/gateway-api/gateway.networking.k8s.io"],
]);

// A string of an enumeration is as good as its constant.
const plain =
  "type Plain<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T : " +
  "T extends object ? { [K in keyof T]: Plain<T[K]> } : T;";
const dashboard = 'Plain<import("./@grafana/schema/dist/types/raw/dashboard/x/types.gen.js").Dashboard>';

const lines = [{ name: "the types", code: plain }];
for (const manifest of JSON.parse(await text(process.stdin))) {
  const [version, group = ""] = manifest.apiVersion.split("/").reverse();
  const place = join(packages.get(group) ?? join("kubernetes-models", group), version);
  const name = `${manifest.kind} ${manifest.metadata.name}`;
  const models = await import(pathToFileURL(join(folder, place, "index.js")));
  if (!models[manifest.kind]) {
    console.log(`${name}: ${manifest.apiVersion} has no such kind`);
    continue;
  }
  try {
    new models[manifest.kind](manifest).validate();
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
  const type = `import(${JSON.stringify(`./${place}/${manifest.kind}.js`)}).I${manifest.kind}`;
  lines.push({ name, code: `(${JSON.stringify(manifest)}) satisfies ${type};` });
  if (manifest.metadata.labels?.grafana_dashboard) {
    for (const [key, json] of Object.entries(manifest.data)) {
      lines.push({ name: `${name}: ${key}`, code: `(${JSON.stringify(JSON.parse(json))}) satisfies ${dashboard};` });
    }
  }
}

const { default: ts } = await import(pathToFileURL(join(folder, "typescript/lib/typescript.js")));
const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 };
const host = ts.createCompilerHost(options);
const file = join(folder, "manifests.mts");
const read = host.getSourceFile;
host.getSourceFile = (name, ...rest) =>
  name === file
    ? ts.createSourceFile(name, lines.map((line) => line.code).join("\n"), ts.ScriptTarget.ES2022)
    : read(name, ...rest);
const program = ts.createProgram([file], options, host);
for (const found of ts.getPreEmitDiagnostics(program)) {
  const at = found.file ? lines[found.file.getLineAndCharacterOfPosition(found.start).line]?.name : "the types";
  console.log(`${at}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
}
