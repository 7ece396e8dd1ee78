import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The repository's folder. */
export const root: string = resolve(import.meta.dirname, '../..');

/** A fenced block of code. */
export interface CodeBlock {
  /** The first word after the fence: `ts`, `sql`. */
  readonly language: string;
  /** The other words: `runnable`, `setup`. */
  readonly marks: readonly string[];
  readonly text: string;
  /** Line of its fence, counted from 1. */
  readonly line: number;
  /** The heading that it stands below. */
  readonly heading: string;
}

const FENCE = /^```(\S*)\s*(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', 'results', 'etc', 'fixtures']);

/** All Markdown files below a folder of the repository, as paths from its root; generated and hidden folders are left out. */
export function markdownFiles(folder = '.'): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith('.')) files.push(...markdownFiles(path));
    } else if (entry.name.endsWith('.md')) files.push(relative('.', path));
  }
  return files.sort();
}

/** The text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The fenced blocks of a Markdown text, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let open: (Omit<CodeBlock, 'text'> & { readonly lines: string[] }) | null = null;
  for (const [i, line] of markdown.split('\n').entries()) {
    const fence = FENCE.exec(line);
    if (open !== null) {
      if (line !== '```') open.lines.push(line);
      else {
        const { lines, ...block } = open;
        blocks.push({ ...block, text: `${lines.join('\n')}\n` });
        open = null;
      }
    } else if (fence !== null) {
      const marks = (fence[2] ?? '').split(/\s+/).filter((mark) => mark !== '');
      open = { language: fence[1] ?? '', marks, line: i + 1, heading, lines: [] };
    } else heading = HEADING.exec(line)?.[1] ?? heading;
  }
  if (open !== null) throw new Error(`The block that begins in line ${open.line} has no end`);
  return blocks;
}

/** A Markdown text without its fenced blocks and code spans, line by line. */
export function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that a Markdown text has, made of its headings as GitHub makes them. */
export function anchors(markdown: string): ReadonlySet<string> {
  const found = new Set<string>();
  const counts = new Map<string, number>();
  for (const line of markdown.replace(/^```[\s\S]*?^```$/gm, '').split('\n')) {
    const title = HEADING.exec(line)?.[1];
    if (title === undefined) continue;
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return found;
}

/** What stands in front of every block of a page that runs: its blocks marked `setup`. */
export function setupOf(blocks: readonly CodeBlock[], language: string): string {
  return blocks
    .filter((block) => block.language === language && block.marks.includes('setup'))
    .map((block) => block.text)
    .join('\n');
}

/** The pages whose TypeScript must be right: what users read. */
export function userPages(): string[] {
  return ['README.md', 'packages/async-cassandra/README.md', 'docs/connection-pooling.md', 'docs/errors.md']
    .concat(
      'docs/fastify.md',
      'docs/monitoring.md',
      'docs/resilience.md',
      'docs/nestjs.md',
      'docs/workers.md',
      'docs/logging.md',
      'docs/tracing.md',
      markdownFiles('docs/guide'),
    )
    .filter((path) => markdownFiles().includes(path));
}
