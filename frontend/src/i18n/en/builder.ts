const builder = {
  title: 'Flow',
}
export default builder
