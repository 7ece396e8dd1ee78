/** The versions of the native protocol that this driver speaks. */
export type ProtocolVersion = 4 | 5;
