/** The word lists of the TPC-H specification (clauses 4.2.2.13 and 4.2.3), and pseudo text made of them. */
import { Random } from './random.ts'

const list = (text: string): readonly string[] => text.split(/\s*,\s*/)

export const COLORS = list(
  'almond, antique, aquamarine, azure, beige, bisque, black, blanched, blue, blush, brown, burlywood, burnished, ' +
    'chartreuse, chiffon, chocolate, coral, cornflower, cornsilk, cream, cyan, dark, deep, dim, dodger, drab, ' +
    'firebrick, floral, forest, frosted, gainsboro, ghost, goldenrod, green, grey, honeydew, hot, indian, ivory, ' +
    'khaki, lace, lavender, lawn, lemon, light, lime, linen, magenta, maroon, medium, metallic, midnight, mint, misty, ' +
    'moccasin, navajo, navy, olive, orange, orchid, pale, papaya, peach, peru, pink, plum, powder, puff, purple, red, ' +
    'rose, rosy, royal, saddle, salmon, sandy, seashell, sienna, sky, slate, smoke, snow, spring, steel, tan, thistle, ' +
    'tomato, turquoise, violet, wheat, white, yellow',
)

/** Each nation and the key of its region. */
export const NATIONS: readonly (readonly [name: string, region: number])[] = [
  ['ALGERIA', 0],
  ['ARGENTINA', 1],
  ['BRAZIL', 1],
  ['CANADA', 1],
  ['EGYPT', 4],
  ['ETHIOPIA', 0],
  ['FRANCE', 3],
  ['GERMANY', 3],
  ['INDIA', 2],
  ['INDONESIA', 2],
  ['IRAN', 4],
  ['IRAQ', 4],
  ['JAPAN', 2],
  ['JORDAN', 4],
  ['KENYA', 0],
  ['MOROCCO', 0],
  ['MOZAMBIQUE', 0],
  ['PERU', 1],
  ['CHINA', 2],
  ['ROMANIA', 3],
  ['SAUDI ARABIA', 4],
  ['VIETNAM', 2],
  ['RUSSIA', 3],
  ['UNITED KINGDOM', 3],
  ['UNITED STATES', 1],
]
export const REGIONS = list('AFRICA, AMERICA, ASIA, EUROPE, MIDDLE EAST')

export const TYPE_SYLLABLES = [
  list('STANDARD, SMALL, MEDIUM, LARGE, ECONOMY, PROMO'),
  list('ANODIZED, BURNISHED, PLATED, POLISHED, BRUSHED'),
  list('TIN, NICKEL, BRASS, STEEL, COPPER'),
] as const
export const CONTAINER_SYLLABLES = [
  list('SM, LG, MED, JUMBO, WRAP'),
  list('CASE, BOX, BAG, JAR, PKG, PACK, CAN, DRUM'),
] as const
export const SEGMENTS = list('AUTOMOBILE, BUILDING, FURNITURE, MACHINERY, HOUSEHOLD')
export const PRIORITIES = list('1-URGENT, 2-HIGH, 3-MEDIUM, 4-NOT SPECIFIED, 5-LOW')
export const INSTRUCTIONS = list('DELIVER IN PERSON, COLLECT COD, NONE, TAKE BACK RETURN')
export const MODES = list('REG AIR, AIR, RAIL, SHIP, TRUCK, MAIL, FOB')

const NOUNS = list(
  'foxes, ideas, theodolites, pinto beans, instructions, dependencies, excuses, platelets, asymptotes, courts, ' +
    'dolphins, multipliers, sauternes, warthogs, frets, dinos, attainments, somas, Tiresias, patterns, forges, braids, ' +
    'hockey players, frays, warhorses, dugouts, notornis, epitaphs, pearls, tithes, waters, orbits, gifts, sheaves, ' +
    'depths, sentiments, decoys, realms, pains, grouches, escapades, packages, requests, accounts, deposits',
)
const VERBS = list(
  'sleep, wake, are, cajole, haggle, nag, use, boost, affix, detect, integrate, maintain, nod, was, lose, sublate, ' +
    'solve, thrash, promise, engage, hinder, print, x-ray, breach, eat, grow, impress, mold, poach, serve, run, dazzle, ' +
    'snooze, doze, unwind, kindle, play, hang, believe, doubt',
)
const ADJECTIVES = list(
  'furious, sly, careful, blithe, quick, fluffy, slow, quiet, ruthless, thin, close, dogged, daring, brave, stealthy, ' +
    'permanent, enticing, idle, busy, regular, final, ironic, even, bold, silent, special, pending, express, unusual',
)
const ADVERBS = list(
  'sometimes, always, never, furiously, slyly, carefully, blithely, quickly, fluffily, slowly, quietly, ruthlessly, ' +
    'thinly, closely, doggedly, daringly, bravely, stealthily, permanently, enticingly, idly, busily, regularly, ' +
    'finally, ironically, evenly, boldly, silently',
)
const PREPOSITIONS = list(
  'about, above, according to, across, after, against, along, alongside of, among, around, at, atop, before, behind, ' +
    'beneath, beside, besides, between, beyond, by, despite, during, except, for, from, in place of, inside, instead of, ' +
    'into, near, of, on, outside, over, past, since, through, throughout, to, toward, under, until, up, upon, without, ' +
    'with, within',
)
const AUXILIARIES = list(
  'do, may, might, shall, will, would, can, could, should, ought to, must, will have to, shall have to, could have to, ' +
    'should have to, must have to, need to, try to',
)
const TERMINATORS = ['.', ';', ':', '?', '!', '--']

const nounPhrase = (r: Random): string =>
  [
    () => r.pick(NOUNS),
    () => `${r.pick(ADJECTIVES)} ${r.pick(NOUNS)}`,
    () => `${r.pick(ADJECTIVES)}, ${r.pick(ADJECTIVES)} ${r.pick(NOUNS)}`,
    () => `${r.pick(ADVERBS)} ${r.pick(ADJECTIVES)} ${r.pick(NOUNS)}`,
  ][r.int(0, 3)]?.() as string

const verbPhrase = (r: Random): string =>
  [
    () => r.pick(VERBS),
    () => `${r.pick(AUXILIARIES)} ${r.pick(VERBS)}`,
    () => `${r.pick(VERBS)} ${r.pick(ADVERBS)}`,
    () => `${r.pick(AUXILIARIES)} ${r.pick(VERBS)} ${r.pick(ADVERBS)}`,
  ][r.int(0, 3)]?.() as string

const prepositional = (r: Random): string => `${r.pick(PREPOSITIONS)} the ${nounPhrase(r)}`

const sentence = (r: Random): string => {
  const middle = [nounPhrase(r), verbPhrase(r)]
  if (r.int(0, 1) === 1) middle.splice(1, 0, prepositional(r))
  if (r.int(0, 1) === 1) middle.push(r.int(0, 1) === 1 ? prepositional(r) : nounPhrase(r))
  return `${middle.join(' ')}${r.pick(TERMINATORS)} `
}

const POOL_SIZE = 2_000_000

/** A long run of sentences from which comments are cut, as the specification says (clause 4.2.2.14). */
const makePool = (): string => {
  const random = new Random(99, 0)
  const parts: string[] = []
  for (let length = 0; length < POOL_SIZE; ) {
    const next = sentence(random)
    parts.push(next)
    length += next.length
  }
  return parts.join('')
}

let pool: string | null = null

/** Text of `low` to `high` characters. */
export const pseudoText = (random: Random, low: number, high: number): string => {
  pool ??= makePool()
  const length = random.int(low, high)
  const start = random.int(0, pool.length - length - 1)
  return pool.slice(start, start + length)
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,'

/** A random string of `low` to `high` characters (v-string of the specification). */
export const randomString = (random: Random, low: number, high: number): string => {
  let text = ''
  for (let length = random.int(low, high); length > 0; length--) text += ALPHABET[random.int(0, 63)]
  return text
}
