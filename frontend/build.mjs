// Builds tesa/web/static/dist/: one script, one early script, one stylesheet, the icon sprite, the fonts, the licence
// list and manifest.json (plain name -> hashed name). The output is committed: installing TeSA needs no Node.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ICONS } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const dist = join(here, "..", "tesa", "web", "static", "dist");
const axe = join(here, "..", "tests", "browser", "axe.min.js");
const manifest = {};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
mkdirSync(dirname(axe), { recursive: true });

/** Write `content` under a name that changes with it, and packed beside it where that saves half; give the name. */
function write(name, content) {
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${mark}${name.slice(dot)}`;
  writeFileSync(join(dist, hashed), content);
  const packed = gzipSync(content, { level: 9 });
  if (packed.length > 1024 && packed.length * 2 < content.length) writeFileSync(join(dist, `${hashed}.gz`), packed);
  return hashed;
}

/** Write what pages ask for by name, and remember it in the manifest. */
function emit(name, content) {
  manifest[name] = write(name, content);
}

/** The policy allows images from ourselves only, so pictures inside the stylesheet become files. */
function unpackPictures(css) {
  const packed = /url\("data:image\/svg\+xml,([^"]*)"\)/g;
  return css.replace(packed, (_, data) => {
    const svg = decodeURIComponent(data.replaceAll(/%(?![0-9a-fA-F]{2})/g, "%25"));
    return `url("${write("picture.svg", svg)}")`;
  });
}

/** The font files our stylesheet names, under hashed names. */
function emitFonts(css) {
  const files = join(modules, "@fontsource", "atkinson-hyperlegible-next", "files");
  return css.replace(/url\("?font:([^")]+)"?\)/g, (_, name) => `url("${write(name, readFileSync(join(files, name)))}")`);
}

function sprite() {
  const symbols = ICONS.map((name) => {
    const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    const drawn = inner.replaceAll(/<path stroke="none"[^>]*\/>/g, "").replaceAll(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawn}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

function licences() {
  const packages = ["htmx.org", "@tabler/core", "@tabler/icons", "@fontsource/atkinson-hyperlegible-next",
    "@twilio/voice-sdk", "@twilio/voice-errors", "events", "loglevel", "tslib"];
  return packages.map((name) => {
    const folder = join(modules, name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Released under the ${about.license} licence.`;
    return `${name} ${about.version} (${about.license})\n${"=".repeat(60)}\n${text}\n`;
  }).join("\n\n");
}

async function script(entry, define = {}) {
  const result = await build({
    entryPoints: [join(here, "src", entry)], bundle: true, minify: true, write: false, format: "iife",
    target: ["es2022"], legalComments: "none", nodePaths: [modules], logLevel: "warning", define,
  });
  return result.outputFiles[0].text;
}

async function styles() {
  const sheets = ["fonts.css", "tokens.css", "frame.css", "parts.css", "layouts.css", "softphone.css"];
  const tabler = readFileSync(join(modules, "@tabler/core/dist/css/tabler.min.css"), "utf8")
    .replace(/^@charset "UTF-8";/, "").replace(/\/\*# sourceMappingURL=.*?\*\//, "");
  const ours = sheets.map((name) => readFileSync(join(here, "src", name), "utf8")).join("\n");
  const result = await build({
    stdin: { contents: `${tabler}\n${ours}`, loader: "css" }, bundle: false, minify: true, write: false, logLevel: "error",
  });
  return emitFonts(unpackPictures(result.outputFiles[0].text));
}

/** A sound file: `tones` in Hz for `ms`, 8 kHz, 8 bit. Twilio's library fetches one for each key, and for what it rings. */
function sound(tones, ms) {
  const [rate, length] = [8000, 8 * ms];
  const wav = Buffer.alloc(44 + length, 128);
  wav.write("RIFF", 0); wav.writeUInt32LE(36 + length, 4); wav.write("WAVEfmt ", 8); wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22); wav.writeUInt32LE(rate, 24); wav.writeUInt32LE(rate, 28);
  wav.writeUInt16LE(1, 32); wav.writeUInt16LE(8, 34); wav.write("data", 36); wav.writeUInt32LE(length, 40);
  for (let i = 0; i < length; i += 1) {
    wav[44 + i] += Math.round(tones.reduce((sum, hertz) => sum + 20 * Math.sin((2 * Math.PI * hertz * i) / rate), 0));
  }
  return wav;
}

/** The sounds by the names that Twilio's library has for them. It plays none of the hushed ones. */
function sounds() {
  const files = {};
  for (const quiet of ["incoming", "outgoing", "disconnect"]) files[quiet] = write("hush.wav", sound([], 50));
  const columns = [1209, 1336, 1477];
  [[697, "123"], [770, "456"], [852, "789"], [941, "s0h"]].forEach(([row, keys]) => {
    [...keys].forEach((key, column) => { files[`dtmf${key}`] = write(`key-${key}.wav`, sound([row, columns[column]], 120)); });
  });
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, `/static/${file}`]));
}

emit("softphone-practice.js", await script("softphone-practice.js"));
emit("softphone-twilio.js", await script("softphone-twilio.js", { SOUNDS: JSON.stringify(sounds()) }));
emit("beat-worker.js", await script("beat-worker.js"));
emit("theme.js", await script("theme.js"));
emit("tesa.js", await script("tesa.js"));
emit("tesa.css", await styles());
emit("icons.svg", sprite());
emit("mark.svg", readFileSync(join(here, "src", "mark.svg")));
writeFileSync(join(dist, "LICENCES.txt"), licences());
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 1)}\n`);
writeFileSync(axe, readFileSync(join(modules, "axe-core/axe.min.js")));
console.log(`${Object.keys(manifest).length} files in ${dist}`);
