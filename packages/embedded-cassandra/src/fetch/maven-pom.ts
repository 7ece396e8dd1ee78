import type { Jar } from '../catalogue/release.ts';

/** A project that depends on exactly these files: every version stated, nothing pulled in by anything else. */
export function pomFor(jars: readonly Jar[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>embedded-cassandra</groupId>
  <artifactId>jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${jars.map(dependency).join('\n')}
  </dependencies>
</project>
`;
}

function dependency(jar: Jar): string {
  const classifier = jar.classifier === undefined ? '' : `<classifier>${jar.classifier}</classifier>`;
  return (
    `    <dependency><groupId>${jar.group}</groupId><artifactId>${jar.artifact}</artifactId>` +
    `<version>${jar.version}</version>${classifier}` +
    '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>'
  );
}
