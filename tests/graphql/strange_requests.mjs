// Requests that strangers' generators and tests come up with: unusual spellings, empty and cut documents, every kind of literal at every
// type, directives everywhere, names that collide, variables of wrong types.
export const strangeSchema = `directive @tag(n: Int, o: In) repeatable on QUERY|FIELD|FRAGMENT_DEFINITION|FRAGMENT_SPREAD|INLINE_FRAGMENT|VARIABLE_DEFINITION|MUTATION
directive @once(s: String = "d") on QUERY|FIELD|FRAGMENT_DEFINITION|FRAGMENT_SPREAD|INLINE_FRAGMENT|VARIABLE_DEFINITION
scalar JSON
interface Node { id: ID! } interface Ent implements Node { id: ID! name: String }
type User implements Ent & Node { id: ID! name: String age: Int friends(first: Int = 2, after: String): [User!] posts: [[Post]] old: String @deprecated meta: JSON }
type Post implements Node { id: ID! title: String author: User! score: Float }
union Any = User | Post
enum Role { ADMIN USER GUEST @deprecated(reason: "x") }
input In { a: Int = 1 b: [In!] c: Role d: String! e: JSON }
input Pick @oneOf { id: ID name: String in: In }
type Query { me: User node(id: ID!): Node any: [Any] echo(i: Int, f: Float, s: String, b: Boolean, id: ID, r: Role, in: In, p: Pick, l: [[Int]], j: JSON, ids: [ID!]! = ["a"]): JSON userByVeryLongName: User userByVeryLongNames: User users(role: Role = USER): [User] post: Post }
type Mutation { setA(x: Int): Int setB(x: Int): Int! setC: User }`;

const me = { id: 1, name: 'A', age: 41, friends: [{ id: 'f1', name: null, age: '7' }, { id: 2.0, name: 5, age: 1.5 }], posts: [[{ id: 'p', title: 'T', author: { id: 'x' }, score: 1e21 }, null], null], meta: { a: [1, 2, { b: null }] } };
export const strangeData = { me, node: { __typename: 'Post', id: 'p9', title: 't', author: null }, any: [{ __typename: 'User', ...me }, { __typename: 'Post', id: 3, author: me, score: '1.5' }, null, { __typename: 'Query' }], echo: '$arguments', users: [me, { id: null }, 7, [], 'x'], userByVeryLongName: me, setA: 5, setB: null, setC: me, post: { id: 'p', author: me, score: 0.1 } };

const VARIABLES = [undefined, {}, { x: 5, n: 'User', b: true }, { x: null, n: null, b: null, a: null }, { x: 'q', b: 'x', a: [] }, { x: [1, [2]], n: 5 }, { x: { d: 'x' } }];

const QUERIES = [
  '{me{id,name,age,}}', '\uFEFF{me{id}}', '#c\r\n{me{id}}#end', '{me{...}}', '{me{... on}}', '{me{...on}}', 'fragment on on User{id} {me{...on}}',
  '{a:b:me{id}}', '{me{id}}}', '{me{id}', '{me(){id}}', 'query(){me{id}}', 'query Q($){me{id}}', 'query Q($a){me{id}}', 'query Q($a:){me{id}}', '{echo(i:01)}',
  '{echo(i:-)}', '{echo(f:1.)}', '{echo(f:.5)}', '{echo(f:1e)}', '{echo(f:1.5e+)}', '{echo(i:1a)}', '{echo(f:1.5a)}', '{echo(i:0x1)}', '{echo(i:+1)}',
  '{echo(s:"a\nb")}', '{echo(s:"a}', '{echo(s:"""a}', "{echo(s:'a')}", '{echo(s:"\\q")}', '{echo(s:"\\u12")}', '{echo(s:"\\u{}")}', '{echo(s:"\\u{FFFFFFF}")}',
  '{echo(s:"\\uD83D\\uDE00")}', '{echo(s:"\\uDE00\\uD83D")}', '{echo(s:"\\u{1F600}")}', '{echo(s:"\u0000")}', '{echo(s:"\u0007")}', '{echo(s:"\u007f\u0080")}',
  '{echo(s:"""\u0007""")}', '{echo(s:"\t")}', '{me{id}}\u00a0', '{mé{id}}', '{me{id}} ; ', '{me?{id}}', '{me{id}}..', '{me{id}} ....',
  '{me@once{id@once(s:"x")}}', '{me @once @once{id}}', '{me @tag @tag(n:1){id}}', '{me @tag(o:{d:5}){id}}', 'query @once @tag(n:"x") {me{id}}',
  'query Q($x:Int @once @tag @tag){echo(i:$x)}', 'query Q($x:Int=1@once){echo(i:$x)}', 'query Q($x:Int $x:Int){echo(i:$x)}',
  'query Q($x:Int,$x:String){echo(i:$x)}', 'query Q($x:[Int]){echo(l:$x)}', 'query Q($x:[[Int]!]){echo(l:$x)}', 'query Q($x:[[Int!]!]!){echo(l:[[1],$x])}',
  'query Q($x:User){me{id}}', 'query Q($x:Nope!=5){me{id}}', 'query Q($x:Int!=null){echo(i:$x)}', 'query Q($x:Role="ADMIN"){echo(r:$x)}',
  'query Q($x:In={d:5 zz:1}){echo(in:$x)}', 'query Q($x:Pick={id:1 name:"x"}){echo(p:$x)}', 'query Q($x:ID!){echo(p:{id:$x})}',
  'query Q($x:ID){echo(p:{id:$x})}', 'query Q($x:ID=1){echo(p:{id:$x})}', '{echo(p:{})}', '{echo(p:{nam:"x"})}', '{echo(p:null)}', '{echo(in:null,ids:null)}',
  '{echo(ids:[])}', '{echo(ids:"x")}', '{echo(ids:[1,"a",null])}', '{echo(l:[1,[2],null,[null]])}', '{echo(l:1)}', '{echo(j:{a:$x})}',
  '{echo(j:[1,2.50,"x",ADMIN,null,true,{}])}', '{echo(r:admin)}', '{echo(r:ADMIN)}', '{echo(r:"ADMIN")}', '{echo(r:GUEST)}', '{echo(i:2147483648)}',
  '{echo(i:99999999999999999999)}', '{echo(f:99999999999999999999)}', '{echo(f:1e400)}', '{echo(id:99999999999999999999)}', '{echo(id:1.0)}',
  '{echo(b:"true")}', '{echo(b:1)}', '{echo(s:1)}', '{echo(in:{d:"x",b:{d:"y"}})}', '{echo(in:{d:"x",b:[{},{d:null}]})}', '{echo(in:{d:"a",d:"b"})}',
  '{userByVeryLongNam{id}}', '{userByLongName{id}}', '{users{nam nme names agee}}', '{user{id}}', '{users(rol:USER){id}}', '{users(role:USERS){id}}', '{me}',
  '{me{friends}}', '{me{id{x}}}', '{me{meta{x}}}', '{any{id}}', '{any{__typename}}', '{any{...on User{id,age}...on Post{id,author{id}}}}',
  '{any{...on Node{id}}}', '{any{...on Ent{name}}}', '{node(id:1){id...on Post{title score}...on User{age}}}', '{node{id}}', '{node(id:null){id}}',
  '{node(id:1){...on Post{author{id}}}}', '{me{id id:name}}', '{me{a:id a:name}}', '{me{x:age}me{x:name}}', '{me{friends(first:1){id}friends(first:2){id}}}',
  '{node(id:1){...on User{v:age}...on Post{v:title}}}', '{node(id:1){...on User{v:id}...on Post{v:id}}}', '{me{friends{age}}}',
  '{me{posts{title author{name}score}}}', '{users{id name age friends{id}}}', '{post{score author{id posts{id}}}}', 'mutation{setA(x:1)setB setC{id}}',
  'mutation{a:setA b:setC{id}c:setB d:setA}', 'mutation M($x:Int){setA(x:$x)}', 'subscription{me{id}}', 'query A{me{id}}query A{me{id}}', '{me{id}}{me{id}}',
  '{me{id}}query B{me{id}}', 'query A{me{id}}fragment A on User{id}', 'fragment F on User{id}fragment F on User{id}{me{...F}}',
  '{me{...F}}fragment F on User{...G}fragment G on User{...H}fragment H on User{...F}', '{me{...F}}fragment F on User{...F}',
  '{...F}fragment F on Query{me{...F}}', '{me{...Nope}}', '{me{...F}}fragment F on Post{id}', '{me{...F}}fragment F on Nope{id}',
  '{me{...F}}fragment F on In{id}', '{me{...F}}fragment F on Role{id}', '{me{...on Int{id}}}', '{me{...on Pick{id}}}', '{__schema{types{name}}}',
  '{__type(name:"In"){name inputFields{name defaultValue type{name kind ofType{name}}}}}', '{__type(name:5){name}}', '{__type{name}}',
  'query Q($n:String!){__type(name:$n){name}}', 'query Q($n:String="x"){__type(name:$n){name}}', '{me{__schema{types{name}}}}', '{me{__typename __type}}',
  '{__typename:me{id}}', '{__typename{a}}', '{__schema}', '{__schema{types{fields{type{fields{type{fields{name}}}}}}}}',
  '{__schema{types{fields{name}fields{name}}}__type(name:"User"){fields(includeDeprecated:true){name}interfaces{name possibleTypes{name}}}}',
  'mutation{__schema{types{name}}}', 'type A{a:Int}', 'extend type User{a:Int}{me{id}}', 'schema{query:Query}', '"desc" query Q{me{id}}', '"desc" {me{id}}',
  '"desc" fragment F on User{id}{me{...F}}', 'query Q("d" $x:Int){echo(i:$x)}', '{me{id}} "x"', 'query Q{me{id}} extend', 'extend query Q{me{id}}',
  '{ me { id @include(if:true) @skip(if:true) } }', '{ me { id @include } }', '{ me { id @include(if:null) } }', '{ me { id @include(if:"x") } }',
  '{ me @include(if:false) { id } }', '{ ...@include(if:false){ me{id} } me{name} }', '{ ...@skip(if:false)@include(if:true){ me{id} } }',
  'query Q($b:Boolean){ me{ id@include(if:$b) } }', 'query Q($b:Boolean!){ me{ id@include(if:$b) name@skip(if:$b) } }',
  '{ me { ...@defer{id} friends@stream{id} } }', '', ' ', '{', '}', 'query', 'query Q', 'x', '{me{id}}\\', '{true false null on query mutation fragment}',
  'query query{me{id}}', 'fragment fragment on User{id} {me{...fragment}}', '{me{true:id null:name}}', 'query null{me{id}}', '{echo(r:null)}',
  '{echo(j:true,s:"""""")}', '{echo(s:"""a\\"""b""")}', '{echo(s:"""\r\n  a\r\n   b\r\n""")}', '{echo(s:"""  a\n b""")}', '{echo(s:"""\\n""")}',
  '{me{id}}\n\n\nfragment X on User{id}', 'query Q($a:Int,$b:Int,$c:Int){echo(i:$b)}', '{echo(i:$a,f:$a)}', 'query A{echo(i:$a)}query B($a:Int){echo(i:$a)}',
  'query A($a:Int){...F}query B{...F}fragment F on Query{echo(i:$a)}', '{echo(i:1 i:2 i:3)}', '{echo(zz:1,yy:2)}', '{me{id(x:1)}}', '{setA}',
  '{echo(in:{d:"x",e:{deep:[[[[1]]]]}})}', '{echo(in:"x")}', '{echo(in:[{d:"x"}])}', '{echo(s:["x"])}', '{echo(i:{a:1})}', '{echo(j:"\\u2028")}',
];

/** Every query, those with variables under several values for them, those with names under several names of operations. */
export const strange = QUERIES.flatMap((query) => (query.includes('$') ? VARIABLES : [undefined]).flatMap((variables) =>
  (/(query|mutation) [ABQM]\b/.test(query) && !variables ? [undefined, 'A', '', 'Z'] : [undefined]).map((operationName) => (
    { schema: strangeSchema, data: strangeData, query, ...(variables ? { variables } : {}), ...(operationName === undefined ? {} : { operationName }) }))));
