-- receive: stores rows, and the poll's page and cursor with them, or nothing.
-- ARGV: prefix, hint_ms, header, raw...   header: { poll {key, token, lease}, page, cursor, done, rows: [
--   { r ref, id, fp, ver, b raw index, st, ln, fa, crc, n lane number, occ, er, cf, ct (dead on arrival), tl } ],
--   pace {key, limit}: a set of what came under the key and is on its way; more than the limit, and nothing is stored }
-- A row seen before changes nothing; a newer one takes the older one's place, or waits beside a busy record.
local hint_ms = tonumber(ARGV[2])
local header = cjson.decode(ARGV[3])
local BODY = 3

local poll = header.poll
if poll then
  local held = redis.call('HMGET', P .. 'cur:' .. poll.key, 'token', 'last')
  if held[1] ~= poll.token then
    if not header.done or held[2] ~= poll.token then return { 'lost' } end
    poll = nil -- a repeated last page: stored already
  end
end

-- Whether a document, or a delivery of it, goes on by itself. What waits for a person or its marketplace does not.
local GOING = { due = true, in_hand = true, sending = true, parked = true, pending = true }
local function goes_on(ref)
  local suffixes = { '' }
  for _, target in ipairs(targets_of(ref)) do suffixes[#suffixes + 1] = '@' .. target end
  for _, sfx in ipairs(suffixes) do
    local got = redis.call('HMGET', P .. 'd:' .. ref, 'co' .. sfx, 'du' .. sfx)
    if GOING[got[1] or ''] or (got[1] == 'unknown' and (got[2] or '') ~= '') then return true end
  end
  return false
end

local paced = header.pace and P .. 'pace:' .. header.pace.key
if paced then
  local limit = header.pace.limit - #header.rows
  if redis.call('SCARD', paced) > limit then
    for _, ref in ipairs(redis.call('SMEMBERS', paced)) do
      if not goes_on(ref) then redis.call('SREM', paced, ref) end
    end
    if redis.call('SCARD', paced) > limit then return { 'full' } end
  end
end
local function started(ref)
  if paced then redis.call('SADD', paced, ref) end
end

local weeks = {}
local function weeks_of(n)
  if not weeks[n] then
    weeks[n] = {}
    for week, buckets in string.gmatch(redis.call('HGET', P .. 'meta', 'wk:' .. n) or '', '(%d+):(%d+)') do
      weeks[n][#weeks[n] + 1] = { week, tonumber(buckets) }
    end
  end
  return weeks[n]
end
local function finished_line(row)
  local list = weeks_of(row.n)
  for i = #list, 1, -1 do
    local line = redis.call('HGET', P .. 'f:' .. list[i][1] .. ':' .. row.n .. ':' .. int(row.crc % list[i][2]), row.id)
    if line then return line end
  end
  return nil
end
local function unhex(hex)
  return (string.gsub(hex, '..', function(pair) return string.char(tonumber(pair, 16)) end))
end

local new, changed, seen = 0, 0, 0
local function write_raw(key, row)
  local facts = row.occ and row.fa or merged(redis.call('HGET', key, 'fa'), row.fa)
  redis.call('HSET', key, 'raw', ARGV[BODY + row.b], 'fp', row.fp, 'ver', row.ver, 'fa', facts, 'upd', int(now))
  if row.dl then redis.call('HSET', key, 'dl', row.dl) end
end

local function insert(row, key, old)
  write_raw(key, row)
  redis.call('HSET', key, 'v', int(SCHEMA), 'rat', int(now), 'tg', '', 'at', '0')
  if old then
    redis.call('HSET', key, 'old', old)
    count(row.r, 'done', string.byte(old, 21) % 2 == 1 and 'discarded' or 'done', -1) -- it is counted once
  end
  book(row.r, 'came', now, 1)
  local p = position(row.r, '')
  if row.er then
    enter(row.r, '', p, row.st, 'dead', row.ln, nil, { 'er', row.er }, { f = row.cf, t = row.ct })
  else
    enter(row.r, '', p, row.st, 'due', row.ln, now)
    started(row.r)
  end
  note(row.r, row.tl)
  new = new + 1
end

-- A finished line knows the version in seconds (bytes 13 to 16); 0: it had none.
local function is_older(row, line)
  local a, b, c, d = string.byte(line, 13, 16)
  return row.ver ~= '' and math.floor(tonumber(row.ver) / 1000) < ((a * 256 + b) * 256 + c) * 256 + d
end

for _, row in ipairs(header.rows) do
  local key = P .. 'd:' .. row.r
  local have = redis.call('HMGET', key, 'fp', 'ver', 'st', 'nfp', 'nver', 'co')
  if not have[1] then
    local line = finished_line(row)
    if line and ((not row.occ and string.sub(line, 1, 6) == unhex(row.fp)) or is_older(row, line)) then
      seen = seen + 1
    else
      insert(row, key, line)
    end
  else
    local live = have[3] ~= 'done'
    local known = have[1] == row.fp or have[4] == row.fp
    local last = tonumber(have[5] or have[2] or '') or 0
    local older = row.ver ~= '' and tonumber(row.ver) < last
    if older or (known and (live or not row.occ)) then
      if have[4] and row.fp == have[1] and not older then -- what stands there is the newest again
        redis.call('HDEL', key, 'nraw', 'nfp', 'nver', 'nst', 'nln', 'nfa', 'ndl', 'nocc')
      end
      seen = seen + 1
    elseif busy(row.r) then
      redis.call('HSET', key, 'nraw', ARGV[BODY + row.b], 'nfp', row.fp, 'nver', row.ver, 'nst', row.st,
        'nln', row.ln, 'nfa', row.fa, 'ndl', row.dl or '', 'nocc', row.occ and '1' or '')
      note(row.r, '{"who":"ledger","what":"newer version kept beside"}')
      started(row.r)
      changed = changed + 1
    elseif redis.call('HGET', key, 'op') == 'discarded' then
      write_raw(key, row) -- an operator gave it up: no newer version brings it back, only a release
      note(row.r, '{"who":"ledger","what":"newer version of what was discarded"}')
      changed = changed + 1
    elseif have[6] == 'held' and redis.call('HGET', key, 'hop') == '1' then
      write_raw(key, row) -- an operator holds it: the newer version is what a release will begin with
      redis.call('HSET', key, 'hst', row.st, 'hln', row.ln)
      note(row.r, '{"who":"ledger","what":"newer version received while held"}')
      changed = changed + 1
    else
      write_raw(key, row)
      restart(row.r, row.st, row.ln)
      started(row.r)
      note(row.r, row.tl)
      changed = changed + 1
    end
  end
end

if paced then redis.call('PEXPIRE', paced, 30 * 24 * 3600 * 1000) end
if poll then
  local key = P .. 'cur:' .. poll.key
  local set = { 'until', int(now + poll.lease), 'page', header.page or '' }
  if header.cursor then set[#set + 1] = 'cursor' set[#set + 1] = header.cursor end
  if header.done then
    set[#set + 1] = 'token' set[#set + 1] = ''
    set[#set + 1] = 'until' set[#set + 1] = '0'
    set[#set + 1] = 'finished' set[#set + 1] = int(now)
    set[#set + 1] = 'last' set[#set + 1] = poll.token
    set[#set + 1] = 'error' set[#set + 1] = ''
  end
  redis.call('HSET', key, unpack(set))
end
return { 'stored', new, changed, seen, close(hint_ms) }
