-- receive: stores rows, and the poll's page and cursor with them, or nothing.
-- ARGV: prefix, hint_ms, header, raw...   header: { poll {key, token, lease}, page, cursor, done, rows: [
--   { r ref, id, fp, ver, b raw index, st, ln, fa, crc, n lane number, occ, er, cf, ct (dead on arrival), tl } ] }
-- A row seen before changes nothing; a newer one takes the older one's place, or waits beside a busy record.
local hint_ms = tonumber(ARGV[2])
local header = cjson.decode(ARGV[3])
local BODY = 3

if header.poll then
  local key = P .. 'cur:' .. header.poll.key
  local held = redis.call('HMGET', key, 'token', 'until')
  if held[1] ~= header.poll.token then return { 'lost' } end
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
  redis.call('HSET', key, 'raw', ARGV[BODY + row.b], 'fp', row.fp, 'ver', row.ver, 'fa', row.fa, 'upd', int(now))
end

local function insert(row, key, old)
  write_raw(key, row)
  redis.call('HSET', key, 'v', int(SCHEMA), 'rat', int(now), 'tg', '', 'at', '0')
  if row.dl then redis.call('HSET', key, 'dl', row.dl) end
  if old then redis.call('HSET', key, 'old', old) end
  local p = position(row.r, '')
  if row.er then
    enter(row.r, '', p, row.st, 'dead', row.ln, nil, { 'er', row.er }, { f = row.cf, t = row.ct })
  else
    enter(row.r, '', p, row.st, 'due', row.ln, now)
  end
  note(row.r, row.tl)
  new = new + 1
end

for _, row in ipairs(header.rows) do
  local key = P .. 'd:' .. row.r
  local have = redis.call('HMGET', key, 'fp', 'ver', 'st', 'nfp', 'nver', 'co')
  if not have[1] then
    local line = finished_line(row)
    if line and not row.occ and string.sub(line, 1, 6) == unhex(row.fp) then
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
      seen = seen + 1
    elseif busy(row.r) then
      redis.call('HSET', key, 'nraw', ARGV[BODY + row.b], 'nfp', row.fp, 'nver', row.ver, 'nst', row.st,
        'nln', row.ln, 'nfa', row.fa)
      note(row.r, '{"who":"ledger","what":"newer version kept beside"}')
      changed = changed + 1
    elseif have[6] == 'held' and redis.call('HGET', key, 'hop') == '1' then
      write_raw(key, row) -- an operator holds it: the newer version is what a release will begin with
      redis.call('HSET', key, 'hst', row.st, 'hln', row.ln)
      note(row.r, '{"who":"ledger","what":"newer version received while held"}')
      changed = changed + 1
    else
      write_raw(key, row)
      restart(row.r, row.st, row.ln)
      note(row.r, row.tl)
      changed = changed + 1
    end
  end
end

if header.poll then
  local key = P .. 'cur:' .. header.poll.key
  local set = { 'until', int(now + header.poll.lease), 'page', header.page or '' }
  if header.cursor then set[#set + 1] = 'cursor' set[#set + 1] = header.cursor end
  if header.done then
    set[#set + 1] = 'token' set[#set + 1] = ''
    set[#set + 1] = 'until' set[#set + 1] = '0'
    set[#set + 1] = 'finished' set[#set + 1] = int(now)
  end
  redis.call('HSET', key, unpack(set))
end
return { 'stored', new, changed, seen, close(hint_ms) }
