import { hash } from 'node:crypto';

/**
 * Makes the ids of a job's notifications: the same row has the same id, whoever makes it and however often. They are laid
 * out as UUIDv7, with the time of the job's creation; the other 74 bits are of the SHA-256 of `<job id>:<row number>`.
 */
export function createRowIds({ id, createdAt }: { id: string; createdAt: Date }): (rowNumber: number) => string {
  const time = createdAt.getTime().toString(16).padStart(12, '0');
  const prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  return (rowNumber) => {
    const digest = hash('sha256', `${id}:${rowNumber}`, 'hex');
    const variant = ((parseInt(digest[3]!, 16) & 0x3) | 0x8).toString(16);
    return `${prefix}${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
  };
}
