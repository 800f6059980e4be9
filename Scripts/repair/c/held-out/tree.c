#include <stdio.h>
#include <stdlib.h>

struct node {
  int key;
  struct node *left, *right;
};

static struct node *insert(struct node *root, int key) {
  if (root == NULL) {
    root = calloc(1, sizeof *root);
    root->key = key;
    return root;
  }
  if (key < root->key) {
    root->left = insert(root->left, key);
  } else {
    root->right = insert(root->right, key);
  }
  return root;
}

static int depth(const struct node *root) {
  if (root == NULL) return 0;
  int left = depth(root->left);
  int right = depth(root->right);
  return 1 + (left > right ? left : right);
}

static void show(const struct node *root) {
  if (root == NULL) return;
  show(root->left);
  printf("%d ", root->key);
  show(root->right);
}

int main(void) {
  const int keys[] = {50, 20, 70, 10, 30, 60, 80, 25};
  struct node *root = NULL;
  for (size_t position = 0; position < sizeof keys / sizeof keys[0]; position++) {
    root = insert(root, keys[position]);
  }
  show(root);
  printf("\n%d\n", depth(root));
  return 0;
}
