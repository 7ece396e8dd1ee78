/** Translates the addresses that nodes advertise into those that this client can connect to. */
export interface AddressTranslator {
  /**
   * @param e - what the system tables say
   * @returns a host name or IP address, and a port; a host name is also what TLS verifies
   */
  translate(e: {
    readonly address: string;
    readonly port: number;
  }): Promise<{ readonly host: string; readonly port: number }>;
}
