import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';

interface Result {
  readonly current_key: string;
  readonly new_key: string | null;
  readonly stores: readonly {
    readonly store: string;
    readonly outdated: Readonly<Record<string, number>>;
    readonly rotated: number;
    readonly unreadable: Readonly<Record<string, number>>;
  }[];
  readonly remaining: Readonly<Record<string, number>>;
  readonly dry_run: boolean;
}

export default class ConfigRotateKeys extends BaseCommand<Result> {
  static override summary = 'Encrypt all stored secrets with the first configured key.';
  static override description = `Rewrites API key secrets and personalisation that an older key encrypts, in batches; stop and repeat it at any time.
1. Add the new key behind the others in NOTIFY_SECRET_KEYS of every process and restart them. 2. Put it first everywhere and restart.
3. Run this command. 4. Remove an old key when nothing is left under it; older backups still need it.
On the embedded database, --new-key makes the key; stop "notify serve" before.
Exit status: 0 done or already done, 3 some secrets need a key that is not configured, 4 not confirmed or refused, 69 no database.`;
  static override examples = [
    '<%= config.bin %> config rotate-keys --dry-run',
    '<%= config.bin %> config rotate-keys --yes',
    '<%= config.bin %> config rotate-keys --new-key --yes',
  ];
  static override flags = {
    'dry-run': dryRunFlag,
    yes: yesFlag,
    'new-key': Flags.boolean({ summary: 'Make a new key first (embedded database only).' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(ConfigRotateKeys);
    if (!flags['dry-run']) {
      const what = flags['new-key'] ? 'Make a new key and encrypt' : 'Encrypt';
      await this.confirm(`${what} all stored secrets anew?`, flags);
    }
    return interruptible((signal) => this.rotate(flags, signal), {
      notice: (line) => this.notice(line),
      afterwards: 'What was rotated stays so; `notify config rotate-keys` goes on with the rest.',
    });
  }

  private async rotate(
    flags: Parameters<typeof this.withApp>[0] & { 'dry-run': boolean; 'new-key': boolean },
    signal: AbortSignal,
  ): Promise<Outcome<Result>> {
    // Without the flag there is no value, whatever its type says.
    const dryRun = Boolean(flags['dry-run']);
    let newKey: string | null = null;
    if (flags['new-key'] && !dryRun) {
      const { addSecretKey } = await import('../../lib/secrets/add-secret-key.ts');
      newKey = (await addSecretKey((await this.loadConfig(flags)).config)).keyId;
      this.notice(`Made the key '${newKey}'.`);
    }
    return this.withApp(flags, async (app) => {
      const [{ rotateSecrets }, { secretStores }] = await Promise.all([
        import('../../lib/secrets/rotate-secrets.ts'),
        import('../../lib/secret-stores.ts'),
      ]);
      const progress = startProgress({ label: 'Rotating secrets' });
      const onProgress = progress.update.bind(progress);
      const rotation = await rotateSecrets(app, { stores: secretStores, dryRun, onProgress, signal }).finally(() =>
        progress.stop(),
      );
      const missing = new Set(rotation.stores.flatMap(({ unreadable }) => Object.keys(unreadable)));
      if (missing.size > 0) {
        this.addWarning(`some secrets stay as they are: nothing configured opens those of ${[...missing].join(', ')}`);
      }
      return {
        status: dryRun ? 'planned' : missing.size > 0 ? 'partial' : 'ok',
        result: {
          current_key: rotation.currentKeyId,
          new_key: newKey,
          stores: rotation.stores,
          remaining: rotation.remaining,
          dry_run: dryRun,
        },
      };
    });
  }

  protected render({ current_key, stores, remaining, dry_run }: Result): string {
    if (stores.every(({ outdated }) => Object.keys(outdated).length === 0))
      return `All stored secrets are encrypted with '${current_key}'.`;
    const rows = stores.map(({ store, outdated, rotated }) => ({
      store,
      'under older keys': describeCounts(outdated),
      ...(!dry_run && { rotated }),
    }));
    const rest =
      Object.keys(remaining).length === 0
        ? 'None; older keys are only needed for older backups.'
        : describeCounts(remaining);
    return `${table(rows)}\n${dry_run ? `To be encrypted with '${current_key}': ${rest}` : `Left under older keys: ${rest}`}`;
  }
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return (
    Object.entries(counts)
      .map(([keyId, count]) => `${count} with ${keyId}`)
      .join(', ') || '-'
  );
}
