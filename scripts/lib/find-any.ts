import ts from 'typescript';

/** The declarations in an API report (a Markdown file with one block of TypeScript) whose types name `any`. */
export function findAny(report: string): string[] {
  const code = /```ts\n([\s\S]*)```/.exec(report)?.[1] ?? '';
  const source = ts.createSourceFile('report.d.ts', code, ts.ScriptTarget.ES2022, true);
  const places: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      places.push((code.split('\n')[line] ?? '').trim());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}
