//! A table of expressions with what they mean, and what must not happen.

use super::*;
use crate::source::FileId;
use crate::yaml::{self, Node};

/// What the expressions of the table see as `self`.
pub(super) const THIS: &str = r#"{
  "name": "web", "empty": "", "count": 3, "zero": 0, "half": 0.5, "on": true, "off": false,
  "tags": ["a", "b", "c"], "none": [], "ports": [80, 443, 8080],
  "labels": {"app": "web", "example.org/tier": "front"},
  "listeners": [
    {"name": "http", "port": 80, "protocol": "HTTP"},
    {"name": "https", "port": 443, "protocol": "HTTPS", "hostname": "*.example.org"}
  ],
  "timeout": "1m30s", "when": "2024-02-29T12:30:45.5Z", "umlaut": "grüßen",
  "namespace": "x", "a-b": 1, "c.d": 2, "e__f": 3, "size": "10Gi"
}"#;

const TRUE: Outcome = Outcome::True;
const FALSE: Outcome = Outcome::False;
const ERROR: Outcome = Outcome::Error;

#[rustfmt::skip]
pub(super) const TABLE: &[(&str, Outcome)] = &[
    // Literals.
    ("true", TRUE), ("false", FALSE), ("null == null", TRUE), ("1 == 1u", TRUE), ("0x1F == 31", TRUE), ("-0x10 == -16", TRUE),
    ("1.5e3 == 1500.0", TRUE), (".5 == 0.5", TRUE), ("-9223372036854775808 < 0", TRUE), ("18446744073709551615u > 0u", TRUE),
    (r#""a\n" == 'a\x0a'"#, TRUE), (r#"'\u00e9' == 'é'"#, TRUE), (r#"'\U0001F600'.size() == 1"#, TRUE), (r#"'\101' == 'A'"#, TRUE),
    (r#"r'\d' == '\\d'"#, TRUE), (r#"R"\\" == "\\\\""#, TRUE), ("'''a\n'b''' == \"a\\n'b\"", TRUE), (r#""""x"y""" == 'x"y'"#, TRUE),
    (r#"b'abc' == b'\x61\142c'"#, TRUE), (r#"size(b'\xff') == 1"#, TRUE), (r#"br'\x' == b'\\x'"#, TRUE), (r#"b'ü'.size() == 2"#, TRUE),
    ("// a comment\n true // another", TRUE),
    ("[1, 2,].size() == 2", TRUE), ("{'a': 1, 'b': 2,}.size() == 2", TRUE), ("{'a': 1}['a'] == 1", TRUE), ("{'a': 1}.a == 1", TRUE),
    ("{1: 'x'}[1] == 'x'", TRUE), ("{true: 1}[true] == 1", TRUE), ("{'a': 1, 'a': 2}.a == 2", TRUE),
    // Fields and indexes.
    ("self.name == 'web'", TRUE), ("self['name'] == 'web'", TRUE), ("self.missing == 1", ERROR), ("self.name.deeper == 1", ERROR),
    ("self.tags[0] == 'a'", TRUE), ("self.tags[3] == 'a'", ERROR), ("self.tags[-1] == 'a'", ERROR), ("self.tags[1.0] == 'b'", TRUE),
    ("self.labels['example.org/tier'] == 'front'", TRUE), ("self.listeners[1].hostname == '*.example.org'", TRUE),
    ("has(self.name)", TRUE), ("has(self.missing)", FALSE), ("has(self.labels.app)", TRUE), ("has(self.missing.deeper)", ERROR),
    ("has({'a': 1}.b)", FALSE), ("has(self.empty)", TRUE),
    // Logic absorbs errors.
    ("true && false", FALSE), ("true || false", TRUE), ("!true", FALSE), ("!!true", TRUE), ("!self.off", TRUE),
    ("self.missing == 1 && false", FALSE), ("false && self.missing == 1", FALSE), ("self.missing == 1 || true", TRUE),
    ("true || self.missing == 1", TRUE), ("self.missing == 1 && true", ERROR), ("self.missing == 1 || false", ERROR),
    ("1 / 0 == 1 || true", TRUE), ("true ? true : self.missing", TRUE), ("false ? 1 / 0 > 0 : true", TRUE),
    ("self.missing ? true : true", ERROR), ("self.on ? (self.off ? false : true) : false", TRUE),
    // Equality and order.
    ("1 == 1.0", TRUE), ("1u == 1.0", TRUE), ("1 != 2", TRUE), ("dyn(1) == dyn('1')", FALSE), ("dyn(null) == dyn(0)", FALSE),
    ("[1, 2] == [1, 2]", TRUE), ("[1, 2] == [2, 1]", FALSE), ("[1] == [1.0]", TRUE), ("{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", TRUE),
    ("{'a': 1} == {'a': 2}", FALSE), ("{'a': 1} == {'b': 1}", FALSE), ("self.tags == ['a', 'b', 'c']", TRUE),
    ("self.labels == {'app': 'web', 'example.org/tier': 'front'}", TRUE), ("dyn([]) == dyn({})", FALSE),
    ("1 < 2", TRUE), ("2 <= 1", FALSE), ("1 < 1.5", TRUE), ("dyn(2u) > dyn(-1)", TRUE), ("'a' < 'b'", TRUE), ("b'a' < b'b'", TRUE), ("false < true", TRUE),
    ("dyn(9007199254740993) > dyn(9007199254740992.0)", FALSE), ("dyn(1) < dyn('a')", ERROR), ("double('NaN') == double('NaN')", FALSE),
    ("double('NaN') < 1.0", ERROR), ("self.half < self.count", TRUE), ("self.count == 3", TRUE), ("self.count == 3.0", TRUE),
    // in
    ("'a' in self.tags", TRUE), ("'z' in self.tags", FALSE), ("'app' in self.labels", TRUE), ("'z' in self.labels", FALSE),
    ("80 in self.ports", TRUE), ("80.0 in dyn(self.ports)", TRUE), ("dyn('80') in self.ports", FALSE), ("self.name in ['web', 'api']", TRUE),
    ("!(self.name in ['api'])", TRUE), ("'a' in {'a': 1}", TRUE), ("1 in dyn('abc')", ERROR), ("self.name in [self.name]", TRUE),
    // Arithmetic.
    ("1 + 2 * 3 == 7", TRUE), ("(1 + 2) * 3 == 9", TRUE), ("7 / 2 == 3", TRUE), ("-7 / 2 == -3", TRUE), ("-7 % 3 == -1", TRUE), ("7u % 4u == 3u", TRUE),
    ("1.0 / 4.0 == 0.25", TRUE), ("9 - 3 - 2 == 4", TRUE), ("1 / 0 == 0", ERROR), ("1 % 0 == 0", ERROR), ("1.0 / 0.0 > 1.0", TRUE),
    ("9223372036854775807 + 1 > 0", ERROR), ("0u - 1u == 0u", ERROR), ("-(3) == -3", TRUE), ("- self.count == -3", TRUE), ("1 - -1 == 2", TRUE),
    ("'a' + 'b' == 'ab'", TRUE), ("b'a' + b'b' == b'ab'", TRUE), ("[1] + [2] == [1, 2]", TRUE), ("self.tags + ['d'] == ['a', 'b', 'c', 'd']", TRUE),
    ("self.count + 1 == 4", TRUE), ("self.name + '-x' == 'web-x'", TRUE), ("dyn('a') + dyn(1) == 'a1'", ERROR),
    // Macros.
    ("self.tags.all(t, t.size() == 1)", TRUE), ("self.tags.all(t, t == 'a')", FALSE), ("self.none.all(t, false)", TRUE),
    ("self.tags.exists(t, t == 'c')", TRUE), ("self.none.exists(t, true)", FALSE), ("self.tags.exists_one(t, t == 'a')", TRUE),
    ("self.tags.existsOne(_, t, t == 'a')", TRUE), ("self.tags.exists_one(t, t != 'a')", FALSE),
    ("self.listeners.exists(l, l.hostname == '*.example.org')", TRUE), ("self.listeners.exists(l, l.hostname == 'x')", ERROR),
    ("self.listeners.all(l, l.hostname == 'x')", FALSE), ("self.listeners.exists_one(l, l.hostname == '*.example.org')", ERROR),
    ("self.listeners.filter(l, has(l.hostname)).size() == 1", TRUE), ("self.ports.map(p, p * 2) == [160, 886, 16160]", TRUE),
    ("self.ports.map(p, p > 100, p + 1) == [444, 8081]", TRUE), ("self.labels.all(k, k.size() > 2)", TRUE), ("self.labels.exists(k, k == 'app')", TRUE),
    ("self.labels.map(k, self.labels[k]).size() == 2", TRUE), ("self.labels.filter(k, self.labels[k] == 'web') == ['app']", TRUE),
    ("self.listeners.all(a, self.listeners.exists_one(b, a.port == b.port))", TRUE), ("[1, 2].all(x, [3].all(x, x == 3) && x < 3)", TRUE),
    ("dyn(1).all(x, true)", ERROR), ("[has(self.a), has(self.name)].filter(x, x == true).size() == 1", TRUE),
    // Two variables.
    ("self.tags.all(i, t, self.tags[i] == t)", TRUE), ("self.labels.all(k, v, k == 'app' ? v == 'web' : true)", TRUE),
    ("self.tags.exists(i, t, i == 2 && t == 'c')", TRUE), ("self.tags.existsOne(i, t, i > 0 && t == 'c')", TRUE),
    ("self.tags.transformList(i, t, t + string(i)) == ['a0', 'b1', 'c2']", TRUE), ("self.ports.transformList(i, p, i > 0, p) == [443, 8080]", TRUE),
    ("{'a': 1, 'b': 2}.transformMap(k, v, v + 1) == {'a': 2, 'b': 3}", TRUE), ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v) == {'b': 2}", TRUE),
    ("{'a': 'x', 'b': 'y'}.transformMapEntry(k, v, {v: k}) == {'x': 'a', 'y': 'b'}", TRUE), ("{'a': 'x', 'b': 'x'}.transformMapEntry(k, v, {v: k}).size() == 1", ERROR),
    // Optionals.
    ("self.?name.orValue('x') == 'web'", TRUE), ("self.?missing.orValue('x') == 'x'", TRUE), ("self.?missing.deeper.orValue('x') == 'x'", TRUE),
    ("self.?name.hasValue()", TRUE), ("self.?missing.hasValue()", FALSE), ("self.?name.value() == 'web'", TRUE), ("self.?missing.value() == 'web'", ERROR),
    ("self[?'name'].orValue('') == 'web'", TRUE), ("self.tags[?7].orValue('none') == 'none'", TRUE), ("self.tags[?0] == optional.of('a')", TRUE),
    ("self.?missing == optional.none()", TRUE), ("has(self.?missing.deeper)", FALSE), ("has(self.?labels.app)", TRUE),
    ("self.?missing.or(self.?name).value() == 'web'", TRUE), ("[?self.?missing, ?self.?name] == ['web']", TRUE), ("{?'a': self.?missing}.size() == 0", TRUE),
    ("optional.ofNonZeroValue('').hasValue()", FALSE), ("optional.of(1).optMap(x, x + 1).value() == 2", TRUE), ("self.?missing.optMap(x, x).hasValue()", FALSE),
    ("self.?labels.optFlatMap(l, l.?app).orValue('') == 'web'", TRUE),
    // Sizes, conversions, types.
    ("size('grüßen') == 6", TRUE), ("self.umlaut.size() == 6", TRUE), ("size(self.tags) == 3", TRUE), ("self.labels.size() == 2", TRUE), ("size(dyn(1)) == 1", ERROR),
    ("int('42') == 42", TRUE), ("int(3.9) == 3", TRUE), ("int(-3.9) == -3", TRUE), ("int('x') == 0", ERROR), ("int(1e20) == 0", ERROR), ("int(18446744073709551615u) == 0", ERROR),
    ("uint(3) == 3u", TRUE), ("uint(-1) == 0u", ERROR), ("uint('7') == 7u", TRUE), ("double(3) == 3.0", TRUE), ("double('0.5') == self.half", TRUE),
    ("string(1) == '1'", TRUE), ("string(1.5) == '1.5'", TRUE), ("string(1e21) == '1e+21'", TRUE), ("string(0.00001) == '1e-05'", TRUE), ("string(true) == 'true'", TRUE),
    ("string(b'abc') == 'abc'", TRUE), ("string(b'\\xff') == ''", ERROR), ("bytes('abc') == b'abc'", TRUE), ("bool('true')", TRUE), ("bool('T')", TRUE), ("bool('yes')", ERROR),
    ("string(duration('90s')) == '90s'", TRUE), ("string(duration('1.5s')) == '1.5s'", TRUE), ("string(timestamp('2024-01-01T00:00:00Z')) == '2024-01-01T00:00:00Z'", TRUE),
    ("type(1) == int", TRUE), ("type('') == string", TRUE), ("type(1.0) == double", TRUE), ("type([]) == list", TRUE), ("type({}) == map", TRUE), ("type(null) == null_type", TRUE),
    ("type(self.name) == string", TRUE), ("type(self.tags) == list", TRUE), ("type(self.labels) == map", TRUE), ("type(type(1)) == type", TRUE),
    ("type(duration('1s')) == google.protobuf.Duration", TRUE), ("type(self.count) == string", FALSE), ("type(dyn(1u)) == uint", TRUE),
    // Strings.
    ("self.name.startsWith('w')", TRUE), ("self.name.endsWith('b')", TRUE), ("self.name.contains('e')", TRUE), ("self.name.contains('x')", FALSE), ("dyn(1).contains('x')", ERROR),
    ("self.name.matches('^w')", TRUE), ("matches(self.name, 'e')", TRUE), ("self.name.matches('^[a-z]+$')", TRUE), ("self.name.matches(self.name + '$')", TRUE), ("self.name.matches(self.umlaut + '(')", ERROR),
    ("'hello'.charAt(1) == 'e'", TRUE), ("'hello'.charAt(5) == ''", TRUE), ("'hello'.charAt(6) == ''", ERROR), ("'grüßen'.charAt(2) == 'ü'", TRUE),
    ("'hello'.indexOf('l') == 2", TRUE), ("'hello'.indexOf('l', 3) == 3", TRUE), ("'hello'.indexOf('z') == -1", TRUE), ("'hello'.indexOf('') == 0", TRUE), ("'hello'.indexOf('l', 9) == -1", TRUE), ("'hello'.indexOf('l', -1) == 0", ERROR),
    ("'grüßen'.indexOf('ß') == 3", TRUE), ("'hello'.lastIndexOf('l') == 3", TRUE), ("'hello'.lastIndexOf('l', 2) == 2", TRUE), ("'hello'.lastIndexOf('') == 5", TRUE), ("'hello'.lastIndexOf('h', 0) == 0", TRUE),
    ("'grüßen'.lastIndexOf('ü', 1) == -1", TRUE), ("'abab'.lastIndexOf('ab', 1) == 0", TRUE), ("'abab'.lastIndexOf('ab', 2) == 2", TRUE),
    ("'AbÜ'.lowerAscii() == 'abÜ'", TRUE), ("'abü'.upperAscii() == 'ABü'", TRUE), ("' a b\\t'.trim() == 'a b'", TRUE), ("'abc'.reverse() == 'cba'", TRUE),
    ("'a-a-a'.replace('a', 'b') == 'b-b-b'", TRUE), ("'a-a-a'.replace('a', 'b', 2) == 'b-b-a'", TRUE), ("'a-a'.replace('a', 'b', -1) == 'b-b'", TRUE), ("'ab'.replace('', '_') == '_a_b_'", TRUE),
    ("'a,b,c'.split(',') == ['a', 'b', 'c']", TRUE), ("'a,b,c'.split(',', 2) == ['a', 'b,c']", TRUE), ("'a,b'.split(',', 0) == []", TRUE), ("'abc'.split('') == ['a', 'b', 'c']", TRUE), ("'abc'.split('', 2) == ['a', 'bc']", TRUE), ("''.split(',') == ['']", TRUE), ("''.split('').size() == 0", TRUE),
    ("'hello'.substring(3) == 'lo'", TRUE), ("'hello'.substring(1, 3) == 'el'", TRUE), ("'hello'.substring(3, 1) == ''", ERROR), ("'hello'.substring(6) == ''", ERROR), ("'grüßen'.substring(2, 4) == 'üß'", TRUE),
    ("['a', 'b'].join('-') == 'a-b'", TRUE), ("['a', 'b'].join() == 'ab'", TRUE), ("[].join(',') == ''", TRUE), ("self.tags.join(',') == 'a,b,c'", TRUE),
    ("'%s=%d'.format(['a', 1]) == 'a=1'", TRUE), ("'%.2f%%'.format([1.005]) == '1.00%'", TRUE), ("'%x %X %b %o'.format([255, 255, 5, 8]) == 'ff FF 101 10'", TRUE), ("'%e'.format([1234.5]) == '1.234500e+03'", TRUE),
    (r#"'%s'.format([[1, 'a', true]]) == '[1, "a", true]'"#, TRUE), (r#"'%s'.format([{'b': 1, 'a': 2}]) == '{"a":2, "b":1}'"#, TRUE), ("'%s %s'.format(['a']) == ''", ERROR), ("'%d'.format(['a']) == ''", ERROR), ("'%x'.format(['ab']) == '6162'", TRUE),
    ("strings.quote('a\"b\\n') == '\"a\\\\\"b\\\\n\"'", TRUE), ("'%s'.format([[1.5]]) == '[1.500000]'", TRUE), ("'%s'.format([null]) == 'null'", TRUE),
    ("'abc 123 456'.find('[0-9]+') == '123'", TRUE), ("'abc'.find('[0-9]+') == ''", TRUE), ("'1 2 3'.findAll('[0-9]') == ['1', '2', '3']", TRUE), ("'1 2 3'.findAll('[0-9]', 2) == ['1', '2']", TRUE), ("'1 2 3'.findAll('[0-9]', -1).size() == 3", TRUE),
    // Lists, sets, mathematics.
    ("[1, 2, 2].isSorted()", TRUE), ("[2, 1].isSorted()", FALSE), ("['a', 'b'].isSorted()", TRUE), ("[].isSorted()", TRUE), ("[1, 3].sum() == 4", TRUE), ("[1.5, 2.0].sum() == 3.5", TRUE), ("self.ports.sum() == 8603", TRUE),
    ("[duration('1m'), duration('30s')].sum() == duration('90s')", TRUE), ("[3, 1, 2].min() == 1", TRUE), ("[3, 1, 2].max() == 3", TRUE), ("self.none.max() == 1", ERROR), ("['b', 'a'].min() == 'a'", TRUE),
    ("[1, 2, 1].indexOf(1) == 0", TRUE), ("[1, 2, 1].lastIndexOf(1) == 2", TRUE), ("[1].indexOf(5) == -1", TRUE), ("self.tags.indexOf('b') == 1", TRUE),
    ("[[1], [2, 3]].flatten() == [1, 2, 3]", TRUE), ("[1, 1, 2].distinct() == [1, 2]", TRUE), ("[3, 1, 2].sort() == [1, 2, 3]", TRUE), ("[1, 2, 3].slice(1, 3) == [2, 3]", TRUE), ("[1].slice(1, 3) == []", ERROR), ("lists.range(3) == [0, 1, 2]", TRUE), ("[1, 2].reverse() == [2, 1]", TRUE),
    ("self.listeners.sortBy(l, -l.port)[0].name == 'https'", TRUE),
    ("sets.contains([1, 2, 3], [3, 1])", TRUE), ("sets.contains([1], [2])", FALSE), ("sets.equivalent([1, 2, 2], [2, 1])", TRUE), ("sets.intersects(self.tags, ['c', 'd'])", TRUE), ("sets.intersects([1], [2])", FALSE), ("sets.contains([1], [])", TRUE),
    ("math.greatest(1, 3, 2) == 3", TRUE), ("math.least([4, 2, 9]) == 2", TRUE), ("math.greatest(1, 2.5) == 2.5", TRUE), ("math.abs(-3) == 3", TRUE), ("math.ceil(1.2) == 2.0", TRUE),
    ("cel.bind(x, self.count * 2, x + x == 12)", TRUE), ("cel.bind(x, 1, cel.bind(y, x + 1, x + y == 3))", TRUE),
    ("base64.encode(b'hello') == 'aGVsbG8='", TRUE), ("base64.decode('aGVsbG8=') == b'hello'", TRUE), ("base64.decode('aGVsbG8') == b'hello'", TRUE),
    // Time.
    ("duration('1h30m') == duration('90m')", TRUE), ("duration('1.5s') == duration('1500ms')", TRUE), ("duration('-1s') < duration('0')", TRUE), ("duration(self.timeout).getSeconds() == 90", TRUE), ("duration(self.name) == duration('1s')", ERROR),
    ("duration('1d') == duration('24h')", ERROR), ("duration('1us') == duration('1000ns')", TRUE), ("duration('1h2m3s4ms').getMinutes() == 62", TRUE), ("duration('1h2m3s4ms').getMilliseconds() == 3723004", TRUE), ("duration('90m').getHours() == 1", TRUE),
    ("duration('1m') + duration('1s') == duration('61s')", TRUE), ("duration('1m') - duration('1s') == duration('59s')", TRUE), ("timestamp(self.when) + duration('1s') > timestamp(self.when)", TRUE),
    ("timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')", TRUE), ("timestamp('2024-01-01T01:00:00+01:00') == timestamp('2024-01-01T00:00:00Z')", TRUE),
    ("timestamp(self.when).getFullYear() == 2024", TRUE), ("timestamp(self.when).getMonth() == 1", TRUE), ("timestamp(self.when).getDate() == 29", TRUE), ("timestamp(self.when).getDayOfMonth() == 28", TRUE), ("timestamp(self.when).getDayOfWeek() == 4", TRUE), ("timestamp(self.when).getDayOfYear() == 59", TRUE),
    ("timestamp(self.when).getHours() == 12", TRUE), ("timestamp(self.when).getMinutes() == 30", TRUE), ("timestamp(self.when).getSeconds() == 45", TRUE), ("timestamp(self.when).getMilliseconds() == 500", TRUE), ("timestamp(self.when).getHours('+02:00') == 14", TRUE), ("timestamp(self.when).getHours('-13:00') == 23", TRUE),
    ("timestamp('2023-02-29T00:00:00Z') > timestamp(self.when)", ERROR), ("timestamp(0) == timestamp('1970-01-01T00:00:00Z')", TRUE), ("int(timestamp('1970-01-01T00:01:00Z')) == 60", TRUE), ("timestamp('0001-01-01T00:00:00Z').getDayOfWeek() == 1", TRUE), ("timestamp(self.name) == timestamp(0)", ERROR),
    // Quantities.
    ("isQuantity('10Gi')", TRUE), ("isQuantity('10GiB')", FALSE), ("isQuantity('')", FALSE), ("isQuantity('1e3')", TRUE), ("isQuantity('.5')", TRUE), ("isQuantity('1.')", TRUE), ("isQuantity('-1')", TRUE),
    ("quantity(self.size).isGreaterThan(quantity('9Gi'))", TRUE), ("quantity('1Gi').isLessThan(quantity('1G'))", FALSE), ("quantity('1000m').compareTo(quantity('1')) == 0", TRUE), ("quantity('1Ki') == quantity('1024')", TRUE), ("quantity('50k').asInteger() == 50000", TRUE), ("quantity('1500m').isInteger()", FALSE), ("quantity('1500m').asInteger() == 1", ERROR), ("quantity('1500m').asApproximateFloat() == 1.5", TRUE),
    ("quantity('1').add(quantity('500m')) == quantity('1.5')", TRUE), ("quantity('1').add(2) == quantity('3')", TRUE), ("sign(quantity('1').sub(2)) == -1", TRUE), ("quantity('x') == quantity('1')", ERROR), ("quantity('1E') == quantity('1e18')", TRUE), ("quantity('0.1Gi').isInteger()", FALSE),
    // Addresses.
    ("isIP('10.0.0.1')", TRUE), ("isIP('10.0.0.256')", FALSE), ("isIP('::1')", TRUE), ("isIP('::ffff:1.2.3.4')", FALSE), ("isIP('fe80::1%eth0')", FALSE), ("isIP('010.0.0.1')", FALSE), ("ip('10.0.0.1').family() == 4", TRUE), ("ip('::1').family() == 6", TRUE), ("ip('x') == ip('y')", ERROR),
    ("ip.isCanonical('2001:db8::abcd')", TRUE), ("ip.isCanonical('2001:DB8::ABCD')", FALSE), ("ip('127.0.0.1').isLoopback()", TRUE), ("ip('0.0.0.0').isUnspecified()", TRUE), ("ip('224.0.0.1').isLinkLocalMulticast()", TRUE), ("ip('ff02::1').isLinkLocalMulticast()", TRUE), ("ip('169.254.1.1').isLinkLocalUnicast()", TRUE), ("ip('fe80::1').isLinkLocalUnicast()", TRUE), ("ip('8.8.8.8').isGlobalUnicast()", TRUE), ("ip('10.0.0.1').isGlobalUnicast()", TRUE), ("ip('255.255.255.255').isGlobalUnicast()", FALSE),
    ("ip('::0:1') == ip('::1')", TRUE), ("string(ip('::0:1')) == '::1'", TRUE),
    ("isCIDR('10.0.0.0/8')", TRUE), ("isCIDR('10.0.0.0/33')", FALSE), ("isCIDR('10.0.0.0')", FALSE), ("isCIDR('::/0')", TRUE), ("isCIDR('10.0.0.0/08')", FALSE), ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", TRUE), ("cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))", FALSE), ("cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", TRUE), ("cidr('10.0.0.0/8').containsCIDR(cidr('0.0.0.0/0'))", FALSE), ("cidr('::/0').containsIP('::1')", TRUE), ("cidr('::/0').containsIP('1.2.3.4')", FALSE),
    ("cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')", TRUE), ("cidr('10.1.2.3/8') == cidr('10.0.0.0/8')", FALSE), ("cidr('10.1.2.3/8').ip() == ip('10.1.2.3')", TRUE), ("cidr('10.0.0.0/8').prefixLength() == 8", TRUE), ("string(cidr('10.0.0.0/8')) == '10.0.0.0/8'", TRUE), ("cidr('0.0.0.0/0').masked().prefixLength() == 0", TRUE),
    // URLs.
    ("isURL('https://example.org:8080/a%20b?x=1&x=2#f')", TRUE), ("isURL('/absolute/path')", TRUE), ("isURL('relative')", FALSE), ("isURL('')", FALSE), ("isURL('https://a b')", FALSE), ("isURL('https://[::1]:80/')", TRUE), ("isURL('https://example.org:x/')", FALSE), ("isURL('mailto:a@example.org')", TRUE), ("isURL('https://example.org/%zz')", FALSE), ("isURL('://x')", FALSE), ("isURL('https://')", TRUE),
    ("url('HTTPS://example.org:8080/a').getScheme() == 'https'", TRUE), ("url('https://example.org:8080/a').getHost() == 'example.org:8080'", TRUE), ("url('https://u:p@example.org:8080/a').getHostname() == 'example.org'", TRUE), ("url('https://[::1]:80/').getHostname() == '::1'", TRUE), ("url('https://[::1]:80/').getPort() == '80'", TRUE), ("url('https://example.org').getPort() == ''", TRUE),
    ("url('https://example.org/a%20b?c').getEscapedPath() == '/a%20b'", TRUE), ("url('https://example.org/a b').getEscapedPath() == '/a%20b'", TRUE), ("url('https://example.org/?a=1&a=2&b=x+y').getQuery() == {'a': ['1', '2'], 'b': ['x y']}", TRUE), ("url('relative').getHost() == ''", ERROR), ("url('/p').getScheme() == ''", TRUE), ("url('//h/p').getHost() == 'h'", TRUE), ("url('https://example.org/a%2Fb').getEscapedPath() == '/a%2Fb'", TRUE),
    // Versions and formats.
    ("isSemver('1.2.3')", TRUE), ("isSemver('1.2')", FALSE), ("isSemver('v1.2.3')", FALSE), ("isSemver('1.2.3-rc.1+b')", TRUE), ("isSemver('01.2.3')", FALSE), ("isSemver('v01.2', true)", TRUE), ("semver('1.2.3').isLessThan(semver('1.10.0'))", TRUE), ("semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))", TRUE), ("semver('1.0.0-rc.2').isGreaterThan(semver('1.0.0-rc.10'))", FALSE), ("semver('1.2.3').compareTo(semver('1.2.3+x')) == 0", TRUE), ("semver('v1.2', true).patch() == 0", TRUE), ("semver('1.2.3').major() == 1", TRUE), ("semver('1.2.3').minor() == 2", TRUE), ("semver('x') == semver('y')", ERROR),
    ("format.dns1123Label().validate('web').hasValue()", FALSE), ("format.dns1123Label().validate('Web').hasValue()", TRUE), ("!format.dns1123Subdomain().validate('a.example.org').hasValue()", TRUE), ("format.dns1035Label().validate('1a').hasValue()", TRUE), ("format.qualifiedName().validate('example.org/a').hasValue()", FALSE), ("format.qualifiedName().validate('a/b/c').hasValue()", TRUE), ("format.labelValue().validate('a b').hasValue()", TRUE), ("format.labelValue().validate('').hasValue()", FALSE),
    ("format.dns1123LabelPrefix().validate('web-').hasValue()", FALSE), ("format.dns1123LabelPrefix().validate('-web').hasValue()", TRUE), ("format.uri().validate('https://example.org').hasValue()", FALSE), ("format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()", FALSE), ("format.uuid().validate('x').hasValue()", TRUE), ("format.byte().validate('aGVsbG8=').hasValue()", FALSE), ("format.date().validate('2024-02-30').hasValue()", TRUE), ("format.datetime().validate('2024-02-29T00:00:00Z').hasValue()", FALSE), ("format.named('dns1123Label').value().validate('web') == optional.none()", TRUE), ("format.named('nothing').hasValue()", FALSE), ("format.dns1123Label().validate('Web').value().size() == 1", TRUE),
];

/// What Kubernetes alone has: field names that are no identifiers, and text read as a duration.
#[rustfmt::skip]
const KUBERNETES: &[(&str, Outcome)] = &[
    ("self.__namespace__ == 'x'", TRUE), ("self.a__dash__b == 1", TRUE), ("self.c__dot__d == 2", TRUE), ("self.e__underscores__f == 3", TRUE), ("has(self.__namespace__)", TRUE),
    ("self.timeout < duration('2m')", TRUE), ("duration('0') <= self.timeout && self.timeout <= duration('5m')", TRUE), ("self.when > timestamp('2024-01-01T00:00:00Z')", TRUE), ("self.timeout == duration('90s')", TRUE), ("self.timeout.getSeconds() == 90", TRUE),
    // Whole where the schema, which is not at hand here, says number.
    ("self.count / 2.0 == 1.5", TRUE), ("'a' in [1, 'a']", TRUE), ("self.`a-b` == 1", TRUE),
    ("self.count", ERROR), ("oldSelf == self", ERROR), ("nothing == 1", ERROR),
];

pub(super) fn node(text: &str) -> Node {
    yaml::parse(FileId(0), text).documents.remove(0).root
}

fn outcome(rule: &str, this: &Node) -> Outcome {
    let program = Program::parse(rule).unwrap_or_else(|error| panic!("{rule}: {error:?}"));
    program.eval(&Scope::new(this))
}

/// Marks every scalar whose text is `?` as unknown.
fn with_unknowns(text: &str) -> Node {
    fn mark(node: &mut Node) {
        match &mut node.value {
            yaml::Value::Scalar(scalar) => scalar.unknown = scalar.text == "?",
            yaml::Value::Seq(_) => node.items_mut().into_iter().flatten().for_each(mark),
            yaml::Value::Map(_) => node.entries_mut().into_iter().flatten().for_each(|entry| {
                mark(&mut entry.key);
                mark(&mut entry.value);
            }),
        }
    }
    let mut node = node(text);
    mark(&mut node);
    node
}

#[test]
fn expressions_mean_what_they_mean_to_the_api_server() {
    let this = node(THIS);
    let wrong: Vec<_> = TABLE
        .iter()
        .chain(KUBERNETES)
        .map(|(rule, expected)| (rule, expected, outcome(rule, &this)))
        .filter(|(_, expected, got)| *expected != got)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unknown_values_decide_nothing_but_what_does_not_depend_on_them() {
    let this = with_unknowns(
        "{a: '?', b: 1, list: [1, '?'], map: {'?': 1, x: 2}, objects: [{name: '?'}, {name: web}], empty: null}",
    );
    let cases = [
        ("self.a == 'x'", Outcome::Unknown),
        ("self.a == 'x' && false", FALSE),
        ("false && self.a == 'x'", FALSE),
        ("self.a == 'x' || true", TRUE),
        ("self.a == 'x' || self.missing == 1", Outcome::Unknown),
        ("self.missing == 1 || self.a == 'x'", Outcome::Unknown),
        ("self.a == 'x' ? true : true", Outcome::Unknown),
        ("has(self.a)", Outcome::Unknown),
        ("has(self.b)", TRUE),
        ("has(self.empty)", FALSE),
        ("self.?a.orValue('x') == 'x'", Outcome::Unknown),
        ("self.a.size() < 5", Outcome::Unknown),
        ("self.a.matches('.*')", Outcome::Unknown),
        ("self.list.size() == 2", TRUE),
        ("1 in self.list", TRUE),
        ("2 in self.list", Outcome::Unknown),
        ("self.list == [1]", FALSE),
        ("self.list == [2, 3]", FALSE),
        ("self.list == [1, 3]", Outcome::Unknown),
        ("self.list.exists(x, x == 1)", TRUE),
        ("self.list.all(x, x == 2)", FALSE),
        ("self.list.all(x, x == 1)", Outcome::Unknown),
        ("self.list.exists_one(x, x == 1)", Outcome::Unknown),
        ("self.list.filter(x, x == 1).size() == 1", Outcome::Unknown),
        ("has(self.map.x)", TRUE),
        ("has(self.map.y)", Outcome::Unknown),
        ("'y' in self.map", Outcome::Unknown),
        ("self.map.size() == 2", Outcome::Unknown),
        ("self.objects.exists(o, o.name == 'web')", TRUE),
        ("self.objects.exists(o, o.name == 'z')", Outcome::Unknown),
        ("self.objects.map(o, o.name).size() == 2", Outcome::Unknown),
        ("self.objects[1].name == 'web'", TRUE),
    ];
    for (rule, expected) in cases {
        assert_eq!(outcome(rule, &this), expected, "{rule}");
    }
    assert_eq!(outcome("self == 1", &with_unknowns("'?'")), Outcome::Unknown);
}

#[test]
fn scalars_are_what_the_api_server_sees() {
    let this = node("{yes: on, octal: 0777, whole: 1.0, big: 1e3, quoted: '1', date: 2024-01-01, huge: 1e30}");
    for rule in [
        "self.yes == true",
        "self.octal == 511",
        "type(self.whole) == int",
        "self.big == 1000",
        "type(self.quoted) == string",
        "self.date == '2024-01-01'",
        "type(self.huge) == double",
    ] {
        assert_eq!(outcome(rule, &this), TRUE, "{rule}");
    }
}

struct Schema {
    kind: Kind,
    fields: Vec<(&'static str, Schema)>,
    item: Option<Box<Schema>>,
    default: Option<Node>,
    nullable: bool,
}

impl Shape for Schema {
    fn kind(&self) -> Kind {
        self.kind
    }
    fn field(&self, name: &str) -> Option<&dyn Shape> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, schema)| schema as &dyn Shape)
    }
    fn item(&self) -> Option<&dyn Shape> {
        self.item.as_deref().map(|schema| schema as &dyn Shape)
    }
    fn default(&self) -> Option<&Node> {
        self.default.as_ref()
    }
    fn nullable(&self) -> bool {
        self.nullable
    }
}

#[test]
fn a_schema_gives_types_and_defaults() {
    let of = |kind| Schema { kind, fields: Vec::new(), item: None, default: None, nullable: false };
    let parent = Schema { default: Some(node("Gateway")), ..of(Kind::String) };
    let item = Schema { fields: vec![("kind", parent)], ..of(Kind::Any) };
    let schema = Schema {
        fields: vec![
            ("text", of(Kind::String)),
            ("ratio", of(Kind::Number)),
            ("wait", of(Kind::Duration)),
            ("at", of(Kind::Timestamp)),
            ("data", of(Kind::Bytes)),
            ("open", Schema { nullable: true, ..of(Kind::String) }),
            ("closed", of(Kind::String)),
            ("refs", Schema { item: Some(Box::new(item)), ..of(Kind::Any) }),
            ("box", Schema { default: Some(node("{size: 3}")), ..of(Kind::Any) }),
        ],
        ..of(Kind::Any)
    };
    let this = node(
        "{text: 1, ratio: 5, wait: 90s, at: '2024-01-01T00:00:00Z', data: aGk=, open: null, closed: null,
          refs: [{}, {kind: Service}, {kind: null}]}",
    );
    let scope = Scope { this: &this, shape: Some(&schema) };
    for (rule, expected) in [
        ("self.text == '1'", TRUE),
        ("self.ratio / 2.0 == 2.5 && type(self.ratio) == double", TRUE),
        ("self.wait == duration('1m30s')", TRUE),
        ("self.wait.getSeconds() == 90", TRUE),
        ("self.at.getFullYear() == 2024", TRUE),
        ("self.data == b'hi'", TRUE),
        ("has(self.open) && self.open == null", TRUE),
        ("has(self.closed)", FALSE),
        ("self.refs.map(r, r.kind) == ['Gateway', 'Service', 'Gateway']", TRUE),
        ("self.refs[0] == self.refs[2]", TRUE),
        ("self.refs[0] == self.refs[1]", FALSE),
        ("self.box.size == 3", TRUE),
    ] {
        assert_eq!(Program::parse(rule).unwrap().eval(&scope), expected, "{rule}");
    }
}

#[test]
fn transition_rules_and_messages() {
    assert!(Program::parse("self == oldSelf").unwrap().is_transition());
    assert!(!Program::parse("self.oldSelf == 1").unwrap().is_transition());
    let this = node("{name: web}");
    let text = |rule: &str| Program::parse(rule).unwrap().text(&Scope::new(&this));
    assert_eq!(text("'the name ' + self.name + ' is taken'").as_deref(), Some("the name web is taken"));
    assert_eq!(text("self.missing"), None);
    assert_eq!(text("'a\\nb'"), None);
    assert_eq!(text("1"), None);
}

#[test]
fn what_is_no_cel_is_refused() {
    let nested = "(".repeat(100_000);
    let chained = format!("1{}", "+1".repeat(100_000));
    let nots = "!".repeat(100_000);
    let fields = format!("self{}", ".a".repeat(100_000));
    let lists = "[".repeat(100_000);
    let choices = "true ? true : ".repeat(100_000);
    // Each pair of brackets holds a chain that is not too long by itself.
    let both = (0..90).fold("1".to_owned(), |inner, _| format!("({inner}{})", "+1".repeat(90)));
    #[rustfmt::skip]
    let rules = [
        "", "1 +", "(1", "self.", "a b", "'x", "'''x'", "1 ? 2", "has(self)", "has(self[1])", "unknownFunction(1)",
        "self.all(1, true)", "self.all(x)", "[1, 2", "{1}", "'\\q'", "'\\xZZ'", "#", "99999999999999999999", "1.2.3",
        "self.map(x, y, z, w)", "in", "true ? true ? 1 : 2 : 3", "\\", "'\\", "ü", "'\\u00é'", "`a",
        &nested, &chained, &nots, &fields, &lists, &choices, &both,
    ];
    for rule in rules {
        let shown = rule.get(..rule.len().min(40)).unwrap_or("");
        assert!(Program::parse(rule).is_err(), "{shown}");
    }
    // Logical chains are flat.
    let long = format!("false{}", " || false".repeat(10_000));
    assert_eq!(outcome(&long, &node("1")), FALSE);
}

#[test]
fn hostile_rules_end() {
    let list = format!("[{}]", "1,".repeat(200));
    let this = node(&format!("{{list: {list}, text: {}}}", "a".repeat(1000)));
    let nest = |start: &str, step: &str, end: &str| {
        (0..40).rev().fold(end.to_owned(), |body, at| {
            let before = if at == 0 { start.to_owned() } else { format!("x{}", at - 1) };
            format!("cel.bind(x{at}, {}, {body})", step.replace('_', &before))
        })
    };
    let doubling = nest("self.text", "_ + _", "size(x39) > 0");
    let shared = nest("[1, 2]", "[_, _]", "x39 == [x39, x39][0]");
    let printed = nest("[1, 2]", "[_, _]", "'%s'.format([x39]) == ''");
    for rule in [
        "self.list.all(a, self.list.all(b, self.list.all(c, self.list.all(d, a == b))))",
        "self.list.map(a, self.list.map(b, self.list.map(c, self.list.map(d, d)))).size() == 1",
        "self.text.replace('', self.text).replace('', self.text).replace('', self.text).size() > 0",
        "lists.range(9223372036854775807).size() > 0",
        &doubling,
        &shared,
        &printed,
    ] {
        let shown = rule.get(..rule.len().min(60)).unwrap_or("");
        assert_eq!(outcome(rule, &this), ERROR, "{shown}");
    }
}
