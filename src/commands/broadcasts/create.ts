import { Flags } from '@oclif/core';
import type { BroadcastAreas } from '../../lib/broadcasts/broadcast-message.ts';
import { toOperatorBroadcastView, type OperatorBroadcastView } from '../../lib/broadcasts/broadcast-view.ts';
import type { BroadcastSource } from '../../lib/broadcasts/create-broadcast.ts';
import { BaseCommand, type Outcome, type ParsedFlags } from '../../lib/cli/base-command.ts';
import { personalisationFlag, readPersonalisation, uuidFlag } from '../../lib/cli/flags.ts';
import { readContent } from '../../lib/cli/read-content.ts';
import { readInputText } from '../../lib/cli/read-input.ts';
import { facts } from '../../lib/cli/table.ts';
import { timeFlag } from '../../lib/cli/time-flags.ts';
import { AppError, messageOf } from '../../lib/core/errors.ts';

export default class BroadcastsCreate extends BaseCommand<OperatorBroadcastView> {
  static override summary = 'Draft an emergency broadcast.';
  static override description =
    'It is sent to nobody before it is submitted, and approved by somebody else. Areas are GeoJSON polygons. A broadcast of a service in training mode is never really sent.';
  static override examples = [
    '<%= config.bin %> broadcasts create --service 018f2f6e-7c1a-7000-8000-000000000000 --reference flood-7 --content @warning.txt --areas river.geojson --area-name "River Steeping"',
    '<%= config.bin %> broadcasts create --service 018f2f6e-7c1a-7000-8000-000000000000 --template 018f2f6e-7c1a-7000-8000-000000000001 --personalisation place=Wainfleet --areas - --as 018f2f6e-7c1a-7000-8000-000000000002',
  ];
  static override flags = {
    service: uuidFlag({ summary: 'Service of the broadcast.', required: true }),
    content: Flags.string({
      summary: 'Text, @file, or - for standard input.',
      helpValue: 'TEXT',
      exclusive: ['template'],
    }),
    reference: Flags.string({ summary: 'Name of the broadcast, for its team.' }),
    template: uuidFlag({ summary: 'Template of text messages to make the text of.' }),
    personalisation: personalisationFlag,
    areas: Flags.string({ summary: 'File of GeoJSON, or - for standard input.', helpValue: 'FILE' }),
    'area-name': Flags.string({
      summary: 'Name of an area for people, repeatable.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'finishes-at': timeFlag({ summary: 'When it ends, instead of some hours after its approval.' }),
    as: uuidFlag({ summary: 'Who drafts it, and so may not approve it; Notify itself without it.' }),
  };

  protected async execute(): Promise<Outcome<OperatorBroadcastView>> {
    const { flags } = await this.parse(BroadcastsCreate);
    if (flags.content === '-' && flags.areas === '-')
      throw new AppError('USAGE_INVALID', '--content and --areas are both -: expected standard input for one of them');
    const source = await readSource(flags);
    const areas = await this.readAreas(flags);
    return this.withApp(flags, async (app) => {
      const [{ createBroadcast }, { systemUserId }] = await Promise.all([
        import('../../lib/broadcasts/create-broadcast.ts'),
        import('../../lib/users/user.ts'),
      ]);
      const message = await createBroadcast(app, {
        serviceId: flags.service,
        createdById: flags.as ?? systemUserId,
        source,
        areas,
        finishesAt: flags['finishes-at'] ?? null,
      });
      return { result: toOperatorBroadcastView(message) };
    });
  }

  private async readAreas(flags: ParsedFlags<typeof BroadcastsCreate>): Promise<BroadcastAreas> {
    const names = flags['area-name'] === undefined ? {} : { names: flags['area-name'] };
    if (flags.areas === undefined) return names;
    const [{ ringsFromGeoJson }, { describeSelfIntersection }] = await Promise.all([
      import('../../lib/broadcasts/areas/geojson.ts'),
      import('../../lib/broadcasts/areas/self-intersection.ts'),
    ]);
    const text = await readInputText(flags.areas, '--areas');
    const rings = ringsFromGeoJson(parseGeoJson(text, flags.areas));
    for (const [index, ring] of rings.entries()) {
      const problem = describeSelfIntersection(ring);
      if (problem !== null) this.addWarning(`Polygon ${index + 1} ${problem}`);
    }
    return { ...names, simple_polygons: rings };
  }

  protected render(message: OperatorBroadcastView): string {
    return facts({
      id: message.id,
      reference: message.reference,
      status: message.status,
      polygons: message.areas.simple_polygons?.length ?? 0,
      training: message.stubbed,
    });
  }
}

async function readSource(flags: ParsedFlags<typeof BroadcastsCreate>): Promise<BroadcastSource> {
  const { content, template, reference, personalisation } = flags;
  if (template !== undefined) {
    return {
      templateId: template,
      personalisation: readPersonalisation(personalisation),
      ...(reference !== undefined && { reference }),
    };
  }
  if (content === undefined || reference === undefined)
    throw new AppError('USAGE_INVALID', 'Expected --content and --reference, or --template');
  return { content: await readContent(content, '--content'), reference };
}

function parseGeoJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('USAGE_INVALID', `--areas is '${file}': it is not valid JSON (${messageOf(error)})`);
  }
}
