/** Abbreviations of time zones that input and AT TIME ZONE know: PostgreSQL's default set. */
import { fixedZone, offsetOfLocal, type TimeZone, type ZonePeriod } from './time-zone.ts'

/** Abbreviations by their hours east of Greenwich; a star marks summer time. */
const FIXED: Readonly<Record<string, string>> = {
  '-10': 'hst taht',
  '-9.5': 'mart',
  '-9': 'akst gamt',
  '-8': 'pst',
  '-8*': 'akdt',
  '-7': 'mst',
  '-7*': 'pdt',
  '-6': 'cst galt',
  '-6*': 'mdt',
  '-5': 'act cot est pet',
  '-5*': 'cdt',
  '-4': 'amt ast bot',
  '-4*': 'edt',
  '-3.5': 'nft nst',
  '-3': 'bra brt gft pmst uyt wgt',
  '-3*': 'adt clst pyst',
  '-2.5*': 'ndt',
  '-2': 'fnt',
  '-2*': 'brst pmdt uyst wgst',
  '-1': 'azot egt',
  '-1*': 'fnst',
  '0': 'gmt uct ut utc wet z zulu',
  '0*': 'azost egst',
  '1': 'cet met mez wat',
  '1*': 'bst wetdst',
  '2': 'eet ist sast',
  '2*': 'bdst cest cetdst mest mesz metdst',
  '3': 'eat fet',
  '3*': 'eest eetdst idt',
  '3.5': 'irt',
  '4': 'mut ret sct',
  '4*': 'msd',
  '4.5': 'aft',
  '5': 'mvt pkt tft tjt uzt',
  '5*': 'must',
  '5.75': 'npt',
  '6': 'almt bdt btt xjt',
  '6*': 'kgst pkst uzst yekst',
  '6.5': 'mmt',
  '7': 'cxt ict wast',
  '7*': 'almst',
  '8': 'awst bnt bort cct hkt myt pht',
  '8*': 'wadt',
  '8.75': 'acwst',
  '9': 'jayt jst kst pwt',
  '9*': 'awsst ulast wdt',
  '9.5': 'acst cast',
  '10': 'aest chut ddut ligt mpt pgt trut yapt',
  '10*': 'kdt',
  '10.5': 'lhst',
  '10.5*': 'acdt acsst cadt sadt',
  '11': 'pont vut',
  '11*': 'aedt aesst',
  '12': 'fjt gilt mht nzst nzt tvt wakt wft',
  '12.75': 'chast',
  '13': 'tot',
  '13*': 'fjst nzdt',
  '13.75*': 'chadt',
}

/** Abbreviations that meant different offsets over time, by the zone that tells which. */
const CHANGING: Readonly<Record<string, string>> = {
  'America/Argentina/Buenos_Aires': 'art arst',
  'America/Asuncion': 'pyt',
  'America/Caracas': 'vet',
  'America/Guyana': 'gyt',
  'America/Santiago': 'clt',
  'Antarctica/Davis': 'davt',
  'Antarctica/Mawson': 'mawt',
  'Asia/Anadyr': 'anast anat',
  'Asia/Ashgabat': 'tmt',
  'Asia/Baku': 'azst azt',
  'Asia/Bishkek': 'kgt',
  'Asia/Colombo': 'lkt',
  'Asia/Irkutsk': 'irkst irkt',
  'Asia/Kamchatka': 'petst pett',
  'Asia/Krasnoyarsk': 'krast krat',
  'Asia/Magadan': 'magst magt',
  'Asia/Novosibirsk': 'novst novt',
  'Asia/Omsk': 'omsst omst',
  'Asia/Singapore': 'sgt',
  'Asia/Tbilisi': 'gest get',
  'Asia/Ulaanbaatar': 'ulat',
  'Asia/Vladivostok': 'vlast vlat',
  'Asia/Yakutsk': 'yakst yakt',
  'Asia/Yekaterinburg': 'yekt',
  'Asia/Yerevan': 'amst',
  'Atlantic/Stanley': 'fkst fkt',
  'Australia/Lord_Howe': 'lhdt',
  'Europe/Moscow': 'msk',
  'Europe/Volgograd': 'volt',
  'Indian/Chagos': 'iot',
  'Pacific/Easter': 'easst east',
  'Pacific/Fakaofo': 'tkt',
  'Pacific/Kiritimati': 'lint',
  'Pacific/Kosrae': 'kost',
  'Pacific/Niue': 'nut',
  'Pacific/Rarotonga': 'ckt',
}

/** The offset that an abbreviation had in its zone at the time in question. */
class ChangingAbbreviation implements TimeZone {
  readonly name: string
  readonly isFixed = false
  private readonly zone: TimeZone

  constructor(name: string, zone: TimeZone) {
    this.name = name
    this.zone = zone
  }

  offsetAt(utcSeconds: number): number {
    return this.meaningAt(utcSeconds)?.offset ?? this.zone.offsetAt(utcSeconds)
  }

  abbreviationAt(): string {
    return this.name
  }

  isSummerAt(utcSeconds: number): boolean {
    return this.meaningAt(utcSeconds)?.isSummer ?? this.zone.isSummerAt(utcSeconds)
  }

  /** The zone's own reading of a local time tells which instant is asked for. */
  offsetOfLocal(localSeconds: number): number {
    return this.offsetAt(localSeconds - offsetOfLocal(this.zone, localSeconds))
  }

  private meaningAt(utcSeconds: number): ZonePeriod | null {
    return this.zone.meaningOf?.(this.name, utcSeconds) ?? null
  }
}

type ZoneByName = (name: string) => TimeZone | null

const words = (text: string): readonly string[] => text.split(' ')

/** How each abbreviation (lower case) becomes a zone. */
const ABBREVIATIONS: ReadonlyMap<string, (find: ZoneByName) => TimeZone | null> = new Map([
  ...Object.entries(FIXED).flatMap(([hours, names]) =>
    words(names).map((name): [string, () => TimeZone] => {
      const abbreviation = name.toUpperCase()
      const zone = fixedZone(abbreviation, {
        offset: Number.parseFloat(hours) * 3600,
        isSummer: hours.endsWith('*'),
        abbreviation,
      })
      return [name, () => zone]
    }),
  ),
  ...Object.entries(CHANGING).flatMap(([zoneName, names]) =>
    words(names).map((name): [string, (find: ZoneByName) => TimeZone | null] => [
      name,
      (find) => {
        const zone = find(zoneName)
        return zone === null ? null : new ChangingAbbreviation(name.toUpperCase(), zone)
      },
    ]),
  ),
])

/** The zone that an abbreviation stands for, in whatever capitals; null when it is none. */
export const abbreviatedZone = (name: string, find: ZoneByName): TimeZone | null =>
  ABBREVIATIONS.get(name.toLowerCase())?.(find) ?? null

/** All abbreviations, in capitals and in order. */
export const abbreviationNames = (): readonly string[] =>
  [...ABBREVIATIONS.keys()].map((name) => name.toUpperCase()).toSorted()
