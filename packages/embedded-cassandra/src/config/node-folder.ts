import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cassandraYaml, type NodeSettings } from './cassandra-yaml.ts';

/** The files of one node, all in one folder. */
export class NodeFolder {
  readonly path: string;
  readonly yamlFile: string;
  readonly rackFile: string;
  readonly logbackFile: string;
  /** For the tools: their output is the answer and nothing else. */
  readonly toolLogbackFile: string;
  readonly logFile: string;

  constructor(path: string) {
    this.path = path;
    this.yamlFile = join(path, 'cassandra.yaml');
    this.rackFile = join(path, 'cassandra-rackdc.properties');
    this.logbackFile = join(path, 'logback.xml');
    this.toolLogbackFile = join(path, 'logback-tools.xml');
    this.logFile = join(path, 'system.log');
  }

  async write(settings: NodeSettings, dataCenter: string, rack: string): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await Promise.all([
      writeFile(this.yamlFile, cassandraYaml(this.path, settings)),
      writeFile(this.rackFile, `dc=${dataCenter}\nrack=${rack}\n`),
      writeFile(this.logbackFile, logback),
      writeFile(this.toolLogbackFile, toolLogback),
    ]);
  }
}

// To standard output, which is the log file: what the JVM itself prints when it fails stands there too, in order.
// The chatter of storage and messaging is left out: the last lines should tell what happened to the node.
const logback = `<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level [%thread] %date{ISO8601} %F:%L - %msg%n</pattern></encoder>
  </appender>
  <logger name="org.apache.cassandra.db.compaction" level="WARN"/>
  <logger name="org.apache.cassandra.db.lifecycle" level="WARN"/>
  <logger name="org.apache.cassandra.db.memtable" level="WARN"/>
  <logger name="org.apache.cassandra.db.ColumnFamilyStore" level="WARN"/>
  <logger name="org.apache.cassandra.config.Config" level="WARN"/>
  <logger name="org.apache.cassandra.io.sstable" level="WARN"/>
  <logger name="org.apache.cassandra.net" level="WARN"/>
  <root level="INFO"><appender-ref ref="OUT"/></root>
</configuration>
`;

const toolLogback = `<configuration>
  <appender name="ERR" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder><pattern>%-5level %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="ERR"/></root>
</configuration>
`;
